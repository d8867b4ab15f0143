import { rows, type Tx } from '../../postgres';
import { outboxPrefix } from '../ports/transport';

/** Whether a message of this type and key has not left: it waits in the outbox, or the transport has refused it. */
export async function isUnsent(tx: Tx, message: { key: string; type: string }): Promise<boolean> {
  return (await tx.one(findUnsent, message)) !== undefined;
}

const findUnsent = rows({ key: 'text', type: 'text' }).query<{ unsent: true }>(
  (input) => `
  select n, true as unsent from ${input} where exists (
    select from messages m where m.key = i.key and m.type = i.type and (
      exists (select from outbox o where o.message_id = m.message_id)
      or exists (select from dead_letters d where d.message_id = m.message_id and starts_with(d.subscription, '${outboxPrefix}'))))`,
);
