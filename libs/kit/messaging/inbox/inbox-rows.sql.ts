import type { Message } from '../../core';
import { rows, type Database, type RowOf, type Tx } from '../../postgres';
import { BlockedKeys, Handled, InboxRows, handledFields, messageFields, toMessage } from '../tables/messaging.tables';
import type { RecordRow, StoredRow } from '../ports/receiver';

/** A message in the inbox of a subscription. */
export interface InboxRow {
  readonly seq: number;
  readonly part: number;
  readonly attempts: number;
  readonly crashes: number;
  /** Since when it could have been handled, in the time of `performance.now()`. */
  readonly dueAt: number;
  readonly message: Message;
}

/**
 * Reads rows whose key is not blocked, oldest first, without those whose `seq` the caller knows. A block that expires does so for the
 * whole key at once: by one moment of the statement.
 */
export async function fetchWaiting(
  db: Database,
  subscription: string,
  parts: number[],
  known: number[],
  limit: number,
): Promise<InboxRow[]> {
  const found = await db.read<
    Omit<RowOf<typeof InboxRows>, 'subscription' | 'errors' | 'storedAt'> & { waitedMs: number }
  >(
    `with moment as materialized (select database_time() as now)
     select ${InboxRows.columns('i', 'seq', 'part', 'attempts', 'crashes', 'producer', ...messageFields)},
       date_part('epoch', clock_timestamp() - stored_at) * 1000 as "waitedMs"
     from inbox i
     where subscription = $1 and part = any($2) and seq not in (select unnest($3::bigint[]))
       and not exists (select 1 from blocked_keys b where b.subscription = $1 and b.key = i.key and b.until > (select now from moment))
     order by seq limit $4`,
    [subscription, parts, known, limit],
  );
  return found.map(({ seq, part, attempts, crashes, waitedMs, ...row }) => {
    return { seq, part, attempts, crashes, dueAt: performance.now() - waitedMs, message: toMessage(row) };
  });
}

/** The row as {@link fetchWaiting} would read it: with a copy of the data, since the sender may still change its own. */
export function pushedRow(
  { messageId: id, part, type, version, key, data, correlationId, causationId }: RecordRow,
  { seq, producer, keyVersion, recordedAt }: StoredRow & { seq: number },
): InboxRow {
  const copy = JSON.parse(JSON.stringify(data)) as unknown;
  const draft = { type, version, key, data: copy };
  const message = {
    id,
    producer,
    keyVersion,
    ...draft,
    correlationId,
    causationId,
    recordedAt: recordedAt.toISOString(),
  };
  return { seq, part, attempts: 0, crashes: 0, dueAt: performance.now(), message };
}

/** Claims an inbox row: it moves to `handled`. Returns nothing when another instance has moved it. */
export function claimRow({ seq, attempts, message: { key } }: InboxRow) {
  return (tx: Tx, subscription: string): Promise<object | undefined> => {
    if (attempts > 0) tx.defer(BlockedKeys.delete, { subscription, key });
    return tx.one(moveToHandled, { subscription, seq });
  };
}

const { subscription, seq } = InboxRows.newRow;

/** Two tables at once; the rows are named twice, see {@link none}. */
const moveToHandled = rows({ subscription, seq }).change<{ claimed: true }>(
  (input) => `
  with i as (
    select * from ${input}
  ), gone as (
    delete from inbox b using i where b.subscription = i.subscription and b.seq = i.seq
      and b.subscription = any (array(select subscription from i)) and b.seq = any (array(select seq from i))
    returning i.n, ${InboxRows.columns('b', ...handledFields)}
  ), done as (
    ${Handled.insertFrom('gone i')}
    on conflict do nothing returning ${Handled.columns('handled', 'subscription', 'messageId')}
  )
  select n, true as claimed from gone join done using (subscription, "messageId")`,
);

/** Deletes a copy that was stored while its message was being claimed, when no statement could see it. No other statement ever would. */
export async function discardCopy(db: Database, subscription: string, seq: number): Promise<void> {
  await db.read(
    `delete from inbox i using handled h
     where i.subscription = $1 and i.seq = $2 and h.subscription = i.subscription and h.message_id = i.message_id`,
    [subscription, seq],
  );
}
