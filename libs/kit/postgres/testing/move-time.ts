import type { Database } from '../database';

/**
 * Moves the time of a module's database, which its `database_time()` tells, by so much: what ends by it, ends then. Statements that are
 * planned already notice. The clocks of the processes go on as they were.
 */
export async function moveTime(db: Database, byMs: number): Promise<void> {
  const [moved] = await db.read<{ ms: string | null }>(
    `select substring(prosrc from '(\\d+) ms') as ms from pg_proc where oid = 'database_time'::regproc`,
  );
  const aheadMs = Number(moved?.ms ?? 0) + byMs;
  await db.read(
    `create or replace function database_time() returns timestamptz language sql
     as $$ select clock_timestamp() + interval '${aheadMs} ms' $$`,
  );
}
