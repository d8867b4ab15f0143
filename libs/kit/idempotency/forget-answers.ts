import type { Database } from '../postgres';

const batchSize = 1_000;

/** Forgets the answers that are older than `days`: a request that is repeated later is done again. Does nothing without the table. */
export async function forgetAnswers(db: Database, days: number): Promise<void> {
  const [table] = await db.read<{ exists: boolean }>(`select to_regclass('idempotency_keys') is not null as exists`);
  if (!table?.exists) return;
  for (let full = true; full;) {
    const forgotten = await db.read(
      `delete from idempotency_keys where ctid = any(array(
         select ctid from idempotency_keys where stored_at < statement_timestamp() - $1 * interval '1 day'
         order by stored_at limit ${batchSize} for update skip locked
       )) returning 1`,
      [days],
    );
    full = forgotten.length === batchSize;
  }
}
