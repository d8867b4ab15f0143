import { type Draft, partitionOf } from '../../core';
import { named, none, rows, type MessageContext, type SqlText, type Tx } from '../../postgres';
import { escapeLiteral } from 'pg';
import { Messages, Outbox } from '../tables/messaging.tables';
import type { CoLocatedInbox, RecordRow, StoredRow } from '../ports/receiver';

/** Raised after the commit of a transaction that recorded messages for this destination. */
export const outboxChanged = (destination: string): string => `outbox ${destination}`;

interface Options {
  /** The context of the message, if it is not the transaction's. */
  context?: MessageContext;
}

/**
 * Records the message with the transaction: it exists if and only if the transaction commits, and then reaches every subscription.
 *
 * Messages of one key leave in the order in which their transactions committed: the key's counter is locked from here to
 * the commit, whatever else the transaction has or has not locked.
 */
export function send(tx: Tx, draft: Draft, { context = tx.context }: Options = {}): void {
  tx.defer(number, { key: draft.key });
  tx.defer(record, {
    messageId: tx.ids.uuid(),
    part: partitionOf(draft.key),
    ...context,
    ...draft,
  });
}

/** Counts the messages of each key. Its lock orders the senders of a key; `record`, which sees what they have committed, numbers. */
const number = rows({ key: 'text' }).lock(
  'last',
  (input) => `
  insert into message_keys as k (key, version)
  select key, count(*) from ${input} group by key order by key
  on conflict (key) do update set version = k.version + excluded.version`,
);

const { keyVersion: _, recordedAt: __, ...recorded } = Messages.newRow;

export const record = rows({ ...recorded, part: 'smallint', data: 'json' }).lock<
  { signal: string } & Partial<StoredRow>
>('last', (input) => sqlTextFor(input, '', []));

/** The override of `record` for a producer with co-located inboxes: each SQL text names only the inboxes that some row is for. */
export function recordInto(
  producer: string,
  inboxes: readonly CoLocatedInbox[],
): (rows: readonly Pick<RecordRow, 'type'>[]) => SqlText {
  const sqlTexts = new Map<string, SqlText>();
  return (rows) => {
    const wanted = inboxes.filter(({ types }) => rows.some(({ type }) => types.has(type)));
    const name = wanted.map(({ module }) => module).join();
    const sqlText = sqlTexts.get(name) ?? named(sqlTextFor(record.input.source, producer, wanted));
    sqlTexts.set(name, sqlText);
    return sqlText;
  };
}

/**
 * The statement that records messages: in the log, and in the outbox of each destination. A message for a co-located inbox is stored there
 * instead (`direct`), unless the outbox holds earlier messages: another process without that co-located inbox may have put them there.
 * One statement writes to all of them, since each destination needs what was numbered, and no other statement may see half of it.
 */
function sqlTextFor(input: string, producer: string, inboxes: readonly CoLocatedInbox[]): string {
  const stores = inboxes.map((inbox, slot) => inbox.storeSql(producer, slot));
  const directly = inboxes.map(({ module }) => escapeLiteral(module)).join(', ');
  return `
    with numbered as (
      select i.*, clock_timestamp() as "recordedAt", k.version - count(*) over (partition by key)
        + row_number() over (partition by key order by i.n) as "keyVersion"
      from ${input} join message_keys k using (key)
    ), logged as (
      ${Messages.insertFrom('numbered i')}
    ), routed as (
      select numbered.*, r.destination, r.destination = any(array[${directly}]::text[])
        and ${none('outbox o where o.destination = r.destination')} as direct
      from numbered join routes r using (type)
    ), waiting as (
      ${Outbox.insertFrom('(select * from routed where not direct) i')}
      returning destination
    )${stores.map(({ expressions }) => `, ${expressions}`).join('')}
    select distinct null::int as n, 'outbox ' || destination as signal, null as producer, null::bigint as "keyVersion",
      null::timestamptz as "recordedAt", null::bigint as seq
    from waiting ${stores.map(({ select }) => `union all ${select}`).join(' ')}`;
}
