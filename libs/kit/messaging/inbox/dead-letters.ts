import { DomainError } from '../../core';
import type { Database } from '../../postgres';
import { DeadLetters, InboxRows } from '../messaging.tables';
import { inboxChanged } from '../ports/receiver';

/** A message that no attempt could handle. */
export interface DeadLetter {
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
       (select count(*) from inbox i where i.subscription || ' ' || i.key = d.subscription || ' ' || d.key) as "waitingBehind"
     from dead_letters d order by d.died_at limit $1`,
    [limit],
  );
}

/**
 * Moves a dead letter back to the inbox, to its old place: before all messages of its key that have waited behind it.
 * @throws {DomainError} `dead-letter.unknown` (not-found)
 */
export async function replay(db: Database, subscription: string, messageId: string): Promise<void> {
  const [moved] = await db.read<{ key: string }>(
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
  if (!moved)
    throw new DomainError('dead-letter.unknown', 'not-found', `${subscription} has no dead letter ${messageId}.`);
  db.emit(inboxChanged(subscription));
}
