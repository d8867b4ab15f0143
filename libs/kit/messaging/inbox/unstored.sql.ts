import type { Message } from '../../core';
import { change, none, type Tx } from '../../postgres';
import { firstOfKey } from './first-of-key.sql';

/**
 * Claims a message that is not in the inbox: a row in `handled`. Returns nothing when it was handled before, or when something of its key
 * waits, is blocked or dead: that has to be handled first.
 */
export function claimUnstored({ id: messageId, producer, key, keyVersion }: Message) {
  return (tx: Tx, subscription: string): Promise<object | undefined> =>
    tx.one(addToHandled, { subscription, messageId, producer, key, keyVersion });
}

interface Row {
  subscription: string;
  messageId: string;
  producer: string;
  key: string;
  keyVersion: number;
}

const addToHandled = change<Row, { claimed: true }>(`
  with i as (
    select * from json_to_recordset($1) as i(n int, subscription text, "messageId" uuid, producer text, key text, "keyVersion" bigint)
    where ${firstOfKey('i')}
      and ${none('dead_letters d where d.subscription = i.subscription and d.message_id = i."messageId"')}
  ), done as (
    insert into handled (subscription, message_id, producer, key, key_version)
    select subscription, "messageId", producer, key, "keyVersion" from i order by n
    on conflict do nothing returning subscription, message_id
  )
  select n, true as claimed from i join done d on d.subscription = i.subscription and d.message_id = i."messageId"`);

/**
 * Stores messages that are neither in the inbox nor handled nor dead. Each new row may be pushed to the consumer, unless something of its key
 * comes before it: in the inbox, or among these rows and stored by another transaction at this moment.
 */
export const store = change<
  Omit<Message, 'id'> & { messageId: string; subscription: string; part: number },
  { signal: string }
>(`
  with fresh as (
    select nextval('inbox_seq_seq') as seq, *,
      ${firstOfKey('l')} as first
    from (
      select * from json_to_recordset($1) as i(n int, subscription text, part smallint, "messageId" uuid, producer text, type text,
        version int, key text, "keyVersion" bigint, data json, "correlationId" text, "causationId" uuid, "recordedAt" timestamptz)
      where ${none('handled h where h.subscription = i.subscription and h.message_id = i."messageId"')}
        and ${none('dead_letters d where d.subscription = i.subscription and d.message_id = i."messageId"')}
      order by n
    ) l
  ), stored as (
    insert into inbox (subscription, seq, part, message_id, producer, type, version, key, key_version, data, correlation_id,
      causation_id, recorded_at)
    select subscription, seq, part, "messageId", producer, type, version, key, "keyVersion", data, "correlationId", "causationId",
      "recordedAt"
    from fresh
    on conflict ((subscription || ' ' || key), message_id) do nothing
    returning seq
  )
  select n, 'inbox ' || subscription as signal, producer, "keyVersion", "recordedAt",
    case when first and bool_and(seq in (select seq from stored)) over (partition by subscription, key order by n) then seq end as seq
  from fresh order by n`);
