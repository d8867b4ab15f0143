import { DomainError } from '../../core';
import type { Database } from '../../postgres';
import { DeadLetters, InboxRows } from '../tables/messaging.tables';
import { inboxChanged } from '../ports/receiver';
import { outboxPrefix } from '../ports/transport';

/** A message that no attempt could handle, or that the transport never took. */
export interface DeadLetter {
  /** `outbox to <module>` where the transport refused to take it there. */
  subscription: string;
  messageId: string;
  type: string;
  key: string;
  data: unknown;
  attempts: number;
  crashes: number;
  errors: { attempt: number; message: string; at: string }[];
  diedAt: Date;
  /** Messages of the same key that wait behind it. */
  waitingBehind: number;
}

/** The dead letters of a module, oldest first. */
export function deadLetters(db: Database, limit = 100): Promise<DeadLetter[]> {
  return db.read<DeadLetter>(
    `select ${DeadLetters.columns('d', 'subscription', 'messageId', 'type', 'key', 'data', 'attempts', 'crashes', 'errors', 'diedAt')},
       (select count(*) from inbox i where i.subscription || ' ' || i.key = d.subscription || ' ' || d.key)
         + (select count(*) from outbox o join messages m using (message_id)
            where o.destination = substr(d.subscription, ${outboxPrefix.length + 1}) and m.key = d.key and starts_with(d.subscription, '${outboxPrefix}'))
         as "waitingBehind"
     from dead_letters d order by d.died_at limit $1`,
    [limit],
  );
}

/**
 * Moves a dead letter back to the inbox, or to the outbox, to its old place: before all messages of its key that have waited behind it.
 * @throws {DomainError} `dead-letter.unknown` (not-found)
 */
export async function replay(db: Database, subscription: string, messageId: string): Promise<void> {
  const isOutgoing = subscription.startsWith(outboxPrefix);
  const [moved] = await (isOutgoing ? replayOutgoing : replayIncoming)(db, subscription, messageId);
  if (!moved)
    throw new DomainError('dead-letter.unknown', 'not-found', `${subscription} has no dead letter ${messageId}.`);
  if (!isOutgoing) db.emit(inboxChanged(subscription));
}

function replayIncoming(db: Database, subscription: string, messageId: string): Promise<{ key: string }[]> {
  return db.read(
    `with gone as (
       delete from dead_letters d where subscription = $1 and message_id = $2 returning 1 as n, ${DeadLetters.columns('d')}
     ), back as (
       ${InboxRows.insertFrom('gone i', 'errors')}
       on conflict ((subscription || ' ' || key), message_id) do update set seq = excluded.seq, errors = excluded.errors
       returning subscription, key
     ), free as (
       delete from blocked_keys b using back where b.subscription = back.subscription and b.key = back.key
         and not exists (select 1 from dead_letters d where d.subscription = b.subscription and d.key = b.key and d.message_id <> $2)
     )
     select key from back`,
    [subscription, messageId],
  );
}

/** The relay finds it when it looks again, within a second. */
function replayOutgoing(db: Database, subscription: string, messageId: string): Promise<{ key: string }[]> {
  return db.read(
    `with back as (
       delete from dead_letters where subscription = $1 and message_id = $2 returning *
     ), waiting as (
       insert into outbox (destination, seq, part, message_id) overriding system value
       select substr(subscription, ${outboxPrefix.length + 1}), seq, part, message_id from back
     ), free as (
       delete from blocked_keys b using back where b.subscription = back.subscription and b.key = back.key
         and not exists (select 1 from dead_letters d where d.subscription = b.subscription and d.key = b.key and d.message_id <> $2)
     )
     select key from back`,
    [subscription, messageId],
  );
}
