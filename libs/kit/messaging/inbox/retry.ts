import { UnreadableMessage, messageOf, toStorable, type Log } from '../../core';
import type { Database } from '../../postgres';
import type { Subscription } from '../ports/subscription';
import { recordFailure } from './failures.sql';
import type { InboxRow } from './inbox-rows.sql';

const attemptsByDefault = 8;
const firstBackoffMs = 200;
const longestBackoffMs = 60_000;

interface Options {
  readonly db: Database;
  readonly subscription: Subscription;
  /** Called when the key of a failed message may be tried again, in so many milliseconds. */
  readonly wakeAfter: (ms: number) => void;
  readonly log: Log;
}

/**
 * What becomes of an inbox row whose attempt failed. The attempt is counted, and the row's key is blocked until the next one, with
 * exponential back-off and full jitter. After the last attempt the row becomes a dead letter and its key stays blocked (`park-key`), or is
 * free (`skip`).
 */
export class Retry {
  constructor(private readonly options: Options) {}

  /** Counts a failed attempt. @returns whether the next message of the key may follow. */
  async failed(row: InboxRow, error: unknown): Promise<boolean> {
    const { attempts: attemptsAllowed = attemptsByDefault } = this.options.subscription;
    const attempt = row.attempts + 1;
    const isDead = error instanceof UnreadableMessage || attempt >= attemptsAllowed;
    const failure = { attempt, message: toStorable(messageOf(error)) };
    if (isDead) return this.bury(row, failure);
    const waitMs = Math.random() * Math.min(longestBackoffMs, firstBackoffMs * 2 ** attempt);
    await this.record(row, { error: failure, dead: false, block: true, waitMs });
    this.options.wakeAfter(waitMs + 1);
    return false;
  }

  /** Moves the row to the dead letters. @returns whether the next message of the key may follow. */
  async bury(row: InboxRow, failure: { attempt: number; message: string }): Promise<boolean> {
    const { subscription, log } = this.options;
    const { id: messageId, type, key, correlationId } = row.message;
    const facts = { subscription: subscription.name, messageId, type, key, correlationId };
    log.error({ ...facts, attempts: failure.attempt, error: failure.message }, 'message dead-lettered');
    const isSkipped = subscription.whenDead === 'skip';
    await this.record(row, { error: failure, dead: true, block: !isSkipped, waitMs: 0 });
    return isSkipped;
  }

  private async record(row: InboxRow, failure: { error: object; dead: boolean; block: boolean; waitMs: number }) {
    const { db, subscription, log } = this.options;
    try {
      await recordFailure(db, { ...failure, subscription: subscription.name, seq: row.seq, key: row.message.key });
    } catch (error) {
      log.warn({ err: error, subscription: subscription.name, messageId: row.message.id }, 'failure not recorded');
    }
  }
}
