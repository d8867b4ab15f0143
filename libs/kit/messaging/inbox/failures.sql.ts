import { rows, type Database } from '../../postgres';
import { BlockedKeys, InboxRows } from '../tables/messaging.tables';

interface Failure {
  subscription: string;
  seq: number;
  key: string;
  error: object;
  /** Whether the row becomes a dead letter. */
  dead: boolean;
  /** Whether later messages of the key wait for this one. */
  block: boolean;
  waitMs: number;
}

/** Counts a failed attempt; with `dead`, moves the row with all its errors to the dead letters. One transaction. */
export function recordFailure(db: Database, failure: Failure): Promise<void> {
  return db.transaction(async (tx) => {
    // Another instance may have handled it meanwhile.
    if (!(await tx.one(countAttempt, failure))) return;
    if (failure.dead) await tx.run(bury, failure);
    await tx.run(failure.block ? blockKey : BlockedKeys.delete, failure);
  });
}

const { subscription, seq, key } = InboxRows.newRow;

const countAttempt = rows({ subscription, seq, error: 'jsonb' }).change<{ counted: true }>(
  (input) => `
  update inbox b set attempts = attempts + 1, errors = errors || jsonb_build_array(i.error || jsonb_build_object('at', clock_timestamp()))
  from ${input} where b.subscription = i.subscription and b.seq = i.seq returning i.n, true as counted`,
);

/** The columns are those of the inbox, in their order. */
const bury = rows({ subscription, seq }).change(
  (input) => `
  with gone as (
    delete from inbox b using ${input} where b.subscription = i.subscription and b.seq = i.seq returning b.*
  )
  insert into dead_letters select *, clock_timestamp() from gone`,
);

/** By the database's time, which is why the statement is no `upsert`. */
const blockKey = rows({ subscription, key, dead: 'boolean', waitMs: 'float8' }).change((input) =>
  BlockedKeys.upsertFrom(
    `(select *, case when dead then 'infinity' else database_time() + "waitMs" * interval '1 ms' end as until from ${input}) i`,
  ),
);

/** Counts a start before the handler runs, in a transaction of its own: if the process dies, it has been counted. */
export async function countCrash(db: Database, subscription: string, seq: number): Promise<void> {
  await db.read('update inbox set crashes = crashes + 1 where subscription = $1 and seq = $2', [subscription, seq]);
}

/** Takes the count back: the process lives, so the message has not killed it. */
export async function forgiveCrash(db: Database, subscription: string, seq: number): Promise<void> {
  await db.read('update inbox set crashes = crashes - 1 where subscription = $1 and seq = $2', [subscription, seq]);
}
