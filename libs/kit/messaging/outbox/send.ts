import { type AnyMessageType, type Draft, partitionOf } from '../../core';
import type { CoLocatedInbox } from '../ports/transport';
import { change, lock, named, none, type MessageContext, type Tx, type SqlText } from '../../postgres';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { firstOfKey } from '../inbox/first-of-key.sql';

/** Raised after the commit of a transaction that recorded messages for this destination. */
export const outboxChanged = (destination: string): string => `outbox ${destination}`;
/** Timers are looked for this often, come what may. */
export const lookForTimersMs = 1_000;
/** Raised after the commit of a transaction that set timers which may be due before the next look; with each comes {@link TimeSet}. */
export const timerSet = 'timers';

interface Part {
  /** What the message is part of, if not of what the transaction is part of. */
  context?: MessageContext;
}

/**
 * Records the message with the transaction: it exists if and only if this commits, and then reaches every subscription.
 *
 * Messages of one key leave in the order in which their transactions committed: the key's counter is locked from here to
 * the commit, whatever else the transaction has or has not locked.
 */
export function send(tx: Tx, draft: Draft, { context = tx.context }: Part = {}): void {
  tx.defer(number, { key: draft.key });
  tx.defer(record, {
    messageId: tx.ids.uuid(),
    part: partitionOf(draft.key),
    ...context,
    ...draft,
  });
}

/**
 * Sends the message later: not before `afterMs` have passed on the database's clock. A type has one timer per key; setting
 * it again moves it. It is gone when the transaction rolls back, and survives every crash when it commits.
 */
export function schedule(tx: Tx, draft: Draft, { afterMs, context = tx.context }: Part & { afterMs: number }): void {
  tx.defer(setTimer, { part: partitionOf(draft.key), afterMs, ...context, ...draft });
}

/** Cancels the timer of this type and key, if it is still set. What has already fired may still arrive: expect it. */
export function cancelScheduled(tx: Tx, { type }: AnyMessageType, key: string): void {
  tx.defer(setTimer, { type, key, afterMs: null });
}

export interface RecordRow extends Draft {
  messageId: string;
  part: number;
  correlationId: string;
  causationId: string | null;
}

/**
 * Counts the messages of each key. The lock it takes orders the senders of a key; the next statement, which sees what they have
 * committed, gives out the numbers.
 */
const number = lock<{ key: string }>(
  'last',
  `
  insert into message_keys as k (key, version)
  select key, count(*) from json_to_recordset($1) as i(n int, key text) group by key order by key
  on conflict (key) do update set version = k.version + excluded.version`,
);

export const record = lock<RecordRow, { signal: string } & Partial<InboxRow>>('last', sqlTextFor('', []));

/** What `record` says of a letter for a subscription of this process. */
export interface InboxRow {
  readonly producer: string;
  readonly keyVersion: number;
  readonly recordedAt: Date;
  /** Its place in the inbox; null unless nothing of its key is before it there: then, and only then, it can be handled as it is. */
  readonly seq: number | null;
}

/** `record`, for a producer that has these coLocatedInboxes within reach: each sqlText knows only those that some message is for. */
export function recordInto(
  producer: string,
  coLocatedInboxes: readonly CoLocatedInbox[],
): (rows: readonly RecordRow[]) => SqlText {
  const sqlTexts = new Map<string, SqlText>();
  return (rows) => {
    const wanted = coLocatedInboxes.filter(({ subscribers }) => rows.some(({ type }) => subscribers.has(type)));
    const name = wanted.map(({ module }) => module).join();
    const sqlText = sqlTexts.get(name) ?? named(sqlTextFor(producer, wanted));
    sqlTexts.set(name, sqlText);
    return sqlText;
  };
}

/**
 * The statement that records messages: in the log, and in the outbox of each destination. What is for a coLocatedInbox goes there at
 * once, unless earlier messages still wait in the outbox, which another process without that coLocatedInbox may have filled.
 */
function sqlTextFor(producer: string, coLocatedInboxes: readonly CoLocatedInbox[]): string {
  const slots = coLocatedInboxes.map(({ module, subscribers }, slot) => {
    const schema = escapeIdentifier(module);
    const wanted = [...subscribers].flatMap(([type, names]) => names.map((name) => `(${text(type)}, ${text(name)})`));
    // Of one producer and key there is one sender at a time: what is not there yet cannot come before.
    return `, letters${slot} as (
      select nextval('${schema}.inbox_seq_seq') as seq, *,
        ${firstOfKey('l', `${schema}.`)} as first
      from (
        select w.subscription, routed.* from routed join (values ${wanted.join(', ')}) as w(type, subscription) using (type)
        where destination = ${text(module)} and direct order by n
      ) l
    ), slot${slot} as (
      insert into ${schema}.inbox (subscription, seq, part, message_id, producer, type, version, key, key_version, data, correlation_id,
        causation_id, recorded_at)
      select subscription, seq, part, "messageId", ${text(producer)}, type, version, key, key_version, data, "correlationId", "causationId",
        recorded_at
      from letters${slot}
    )`;
  });
  const heard = coLocatedInboxes.map(
    (_, slot) => `union all
    select n, 'inbox ' || subscription, ${text(producer)}, key_version, recorded_at, case when first then seq end from letters${slot}`,
  );
  return `
    with numbered as (
      select i.*, clock_timestamp() as recorded_at, k.version - count(*) over (partition by key)
        + row_number() over (partition by key order by i.n) as key_version
      from json_to_recordset($1) as i(n int, "messageId" uuid, type text, version int, key text, part smallint, data json,
        "correlationId" text, "causationId" uuid)
      join message_keys k using (key)
    ), logged as (
      insert into messages (message_id, type, version, key, key_version, data, correlation_id, causation_id, recorded_at)
      select "messageId", type, version, key, key_version, data, "correlationId", "causationId", recorded_at from numbered
    ), routed as (
      select numbered.*, r.destination, r.destination = any(array[${coLocatedInboxes.map(({ module }) => text(module)).join(', ')}]::text[])
        and ${none('outbox o where o.destination = r.destination')} as direct
      from numbered join routes r using (type)
    ), waiting as (
      insert into outbox (destination, part, message_id)
      select destination, part, "messageId" from routed where not direct order by n
      returning destination
    )${slots.join('')}
    select distinct null::int as n, 'outbox ' || destination as signal, null as producer, null::bigint as "keyVersion",
      null::timestamptz as "recordedAt", null::bigint as seq
    from waiting ${heard.join(' ')}`;
}

const text = escapeLiteral;

export interface TimerRow extends Omit<RecordRow, 'messageId'> {
  afterMs: number;
}

/** What is said of a timer that is due soon. */
export interface TimeSet {
  /** As the database writes it. */
  readonly dueAt: string;
}

/** Sets timers, or cancels those without a time. What a transaction says last about a timer counts. */
const setTimer = change<TimerRow | { type: string; key: string; afterMs: null }, { signal: string } & TimeSet>(`
  with i as (
    select distinct on (type, key) *
    from json_to_recordset($1) as i(n int, type text, key text, part smallint, version int, data json, "correlationId" text,
      "causationId" uuid, "afterMs" float8)
    order by type, key, n desc
  ), cancelled as (
    delete from timers t using i where t.type = i.type and t.key = i.key and i."afterMs" is null
      and t.type = any (array(select type from i)) and t.key = any (array(select key from i))
  ), timed as (
    insert into timers (type, key, part, version, data, correlation_id, causation_id, due_at)
    select type, key, part, version, data, "correlationId", "causationId", clock_timestamp() + "afterMs" * interval '1 ms'
    from i where "afterMs" is not null order by type, key
    on conflict (type, key) do update set version = excluded.version, data = excluded.data, due_at = excluded.due_at,
      correlation_id = excluded.correlation_id, causation_id = excluded.causation_id
    returning type, key, due_at
  )
  select n, '${timerSet}' as signal, due_at::text as "dueAt" from i join timed using (type, key) where "afterMs" < ${lookForTimersMs}`);
