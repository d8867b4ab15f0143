import type { Message } from '../../core';
import { none, rows, type Tx } from '../../postgres';
import { Handled, InboxRows } from '../tables/messaging.tables';
import { firstOfKey } from './first-of-key.sql';

/**
 * Claims a message that is not in the inbox: a row in `handled`. Returns nothing when it was handled before, or when something of its key
 * waits, is blocked or dead: that has to be handled first.
 */
export function claimUnstored({ id: messageId, producer, key, keyVersion }: Message) {
  return (tx: Tx, subscription: string): Promise<object | undefined> =>
    tx.one(addToHandled, { subscription, messageId, producer, key, keyVersion });
}

/** Only where nothing comes first: in three other tables. */
const addToHandled = rows(Handled.newRow).change<{ claimed: true }>(
  (input) => `
  with i as (
    select * from ${input}
    where ${firstOfKey('i')}
      and ${none('dead_letters d where d.subscription = i.subscription and d.message_id = i."messageId"')}
  ), done as (
    ${Handled.insertFrom('i')}
    on conflict do nothing returning ${Handled.columns('handled', 'subscription', 'messageId')}
  )
  select n, true as claimed from i join done using (subscription, "messageId")`,
);

const { seq: _, ...arriving } = InboxRows.newRow;

/**
 * Stores messages that are neither in the inbox nor handled nor dead. Each new row may be pushed to the consumer, unless something of its key
 * comes before it: in the inbox, or among these rows and stored by another transaction at this moment.
 */
export const store = rows(arriving).change<{ signal: string }>(
  (input) => `
  with fresh as (
    select nextval('inbox_seq_seq') as seq, *,
      ${firstOfKey('l')} as first
    from (
      select * from ${input}
      where ${none('handled h where h.subscription = i.subscription and h.message_id = i."messageId"')}
        and ${none('dead_letters d where d.subscription = i.subscription and d.message_id = i."messageId"')}
      order by n
    ) l
  ), stored as (
    ${InboxRows.insertFrom('fresh i')}
    on conflict ((subscription || ' ' || key), message_id) do nothing
    returning seq
  )
  select n, 'inbox ' || subscription as signal, producer, "keyVersion", "recordedAt",
    case when first and bool_and(seq in (select seq from stored)) over (partition by subscription, key order by n) then seq end as seq
  from fresh order by n`,
);
