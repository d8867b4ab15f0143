import { InFlight, messageOf, type Message, type Log, partitionOf } from '../../core';
import type { Handle } from '../ports/subscription';
import type { Database, MessageContext, Tx } from '../../postgres';
import { take } from './consumer.sql';
import { AlreadyHandled, systemic, type Due, type Effects } from './effects';
import { takeTimer, type Timer } from '../timers/timers.sql';

interface Options {
  readonly db: Database;
  readonly subscription: string;
  readonly inside: Handle;
  readonly effects: Effects;
  /** Whether nothing stands in the way of something new of this key, as far as is known here. */
  readonly isFree: (part: number, key: string) => boolean;
  readonly log: Log;
}

/**
 * Handles for one subscription what is not stored: what a timer holds, and what the wire brings for the first time. It tries once. Whoever is
 * told that it could not be, or has failed, stores it as a message, which is tried again, blocks its key, counts crashes and dies.
 */
export class InlineDispatch {
  private readonly running = new InFlight();

  constructor(private readonly options: Options) {}

  isFree({ part, key }: { part: number; key: string }): boolean {
    return this.options.isFree(part, key);
  }

  /** In the transaction that notes the message as handled. @returns whether it is handled. */
  async handle(message: Message): Promise<boolean> {
    const { subscription } = this.options;
    const { id: messageId, producer, key, keyVersion, correlationId } = message;
    if (!this.isFree({ part: partitionOf(key), key })) return false;
    const said = { subscription, messageId, producer, key, keyVersion };
    const due = { dueAt: performance.now(), message };
    return this.try(due, { correlationId, causationId: messageId }, (tx) => tx.one(take, said));
  }

  /** In the transaction that takes the timer away. @returns whether what it held is handled. */
  ring({ type, version, key, data, dueAt, inMs, context }: Timer): Promise<boolean> {
    const { db, subscription } = this.options;
    const [id, producer] = [db.ids.uuid(), db.module];
    const said = { id, producer, type, version, key, keyVersion: 0, data, ...context };
    const due = { dueAt: performance.now() + inMs, message: { ...said, recordedAt: new Date(dueAt).toISOString() } };
    return this.try(due, context, (tx) => tx.one(takeTimer, { type, key, dueAt, subscription }));
  }

  /** Waits for what is running. */
  stop(): Promise<void> {
    return this.running.idle();
  }

  private try(due: Due, context: MessageContext, take: (tx: Tx) => Promise<object | undefined>): Promise<boolean> {
    return this.running.track(this.attempt(due, context, take));
  }

  private async attempt(
    due: Due,
    context: MessageContext,
    take: (tx: Tx) => Promise<object | undefined>,
  ): Promise<boolean> {
    const { effects, inside } = this.options;
    effects.expect(due);
    try {
      const message = effects.read(due.message);
      await effects.take(due, context, (tx) => [take(tx), inside(message.data, tx, message)]);
      return true;
    } catch (error) {
      this.tell(due.message, error);
      return false;
    } finally {
      effects.forget(due);
    }
  }

  /** That somebody was faster is no news; that the database is away, whoever stores it now will tell. */
  private tell({ id: messageId, type, key, correlationId }: Message, error: unknown): void {
    if (error instanceof AlreadyHandled || systemic(error)) return;
    const { log, subscription } = this.options;
    const facts = { err: error, subscription, messageId, type, key, correlationId };
    log.warn(facts, `${type} is stored and tried again: ${messageOf(error)}`);
  }
}
