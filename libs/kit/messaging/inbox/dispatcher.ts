import { UnreadableMessage, type Log, type Message } from '../../core';
import type { Database, Tx } from '../../postgres';
import type { Subscription } from '../ports/subscription';
import type { Breaker } from './breaker';
import { NotClaimed, isUnavailable, type Delivery } from './delivery';
import { KeyQueues } from './key-queues';
import { LagMeter } from './lag-meter';

interface Options {
  readonly db: Database;
  readonly subscription: Subscription;
  readonly breaker: Breaker;
  readonly log: Log;
  /** Whether a crash is still to be dealt with. See {@link CrashRecovery}. */
  readonly isRecovering: () => boolean;
  /** See {@link KeyQueues}. */
  readonly owns: (part: number) => boolean;
  readonly ended: (key: string, interrupted: boolean) => void;
}

interface Item {
  readonly key: string;
  readonly part: number;
  readonly delivery: Delivery;
  /** See {@link LagMeter}. */
  readonly begin: () => void;
}

/**
 * The only way into the handler of a subscription. A delivery waits for those of its key; then one transaction claims it and handles it, and
 * so it takes effect once, wherever it came from. When it is not handled, the delivery itself knows what becomes of it.
 */
export class Dispatcher {
  private readonly queues: KeyQueues<Item>;
  private readonly lag = new LagMeter();

  constructor(private readonly options: Options) {
    const { owns, ended } = options;
    const left = ({ delivery, begin }: Item) => {
      begin();
      delivery.left?.();
    };
    this.queues = new KeyQueues({ handle: ({ delivery, begin }) => this.handle(delivery, begin), owns, left, ended });
  }

  /** See {@link LagMeter}. A second attempt is in no hurry, nor is a message that waits for the one before it. */
  get lagMs(): number {
    return this.lag.lagMs;
  }

  /** Whether deliveries are still begun. */
  get isOpen(): boolean {
    return this.queues.isOpen;
  }

  /** Keys of which something is in memory. */
  get busyKeys(): string[] {
    return this.queues.keys();
  }

  /** Whether deliveries are begun as they come: nothing is stopped, paused or to be recovered. */
  get isUndisturbed(): boolean {
    return this.isOpen && this.options.breaker.isClosed && !this.options.isRecovering();
  }

  /**
   * Takes a message that is not in the inbox, from the wire or from a timer, if it can be handled now and without waiting for anything
   * outside. It is tried once.
   *
   * @returns as `dispatch`; undefined when the message is not taken.
   */
  offer(delivery: Delivery): Promise<boolean> | undefined {
    const { subscription, owns } = this.options;
    if ('outside' in subscription.handle || !this.isUndisturbed) return undefined;
    return owns(delivery.part) && !this.isBusy(delivery.message.key) ? this.dispatch(delivery) : undefined;
  }

  /**
   * @returns whether the message is done with, and the next of its key may follow.
   * @throws what {@link Delivery.unhandled} throws.
   */
  dispatch(delivery: Delivery): Promise<boolean> {
    const { part, dueAt, attempts } = delivery;
    const { key } = delivery.message;
    const isExpected = attempts === 0 && !this.isBusy(key);
    return this.queues.add({ key, part, delivery, begin: isExpected ? this.lag.expect(dueAt) : () => {} });
  }

  /** Begins nothing more. Resolves when the handlers in flight have ended. */
  close(): Promise<void> {
    return this.queues.close();
  }

  private isBusy(key: string): boolean {
    return this.queues.has(key);
  }

  private async handle(delivery: Delivery, begin: () => void): Promise<boolean> {
    const { breaker } = this.options;
    try {
      await this.attempt(delivery, begin);
      breaker.close();
      return true;
    } catch (error) {
      if (error instanceof NotClaimed) breaker.close();
      else this.noteFailure(delivery, error);
      return delivery.unhandled(error);
    }
  }

  private async attempt(delivery: Delivery, begin: () => void): Promise<void> {
    const { db, subscription } = this.options;
    const message = this.read(delivery.message);
    const { handle } = subscription;
    if ('outside' in handle) begin();
    const work =
      'inside' in handle
        ? (tx: Tx) => handle.inside(message.data, tx, message)
        : await handle.outside(message.data, message);
    const run = (tx: Tx) => {
      begin();
      return claimAndHandle(tx, delivery.claim(tx, subscription.name), work);
    };
    await db.transaction(run, delivery.context, { key: message.key });
  }

  /** The message as the handler knows its type. @throws {UnreadableMessage} */
  private read(message: Message): Message<never> {
    const { types, name } = this.options.subscription;
    const type = types.find(({ type }) => type === message.type);
    if (!type) throw new UnreadableMessage(message.type, message.version, `${name} does not know this type`);
    return { ...message, data: type.read(message.version, message.data) as never };
  }

  private noteFailure({ message, attempts }: Delivery, error: unknown): void {
    const { subscription, breaker, log } = this.options;
    const { id: messageId, type, key, correlationId } = message;
    const facts = { err: error, subscription: subscription.name, messageId, type, key, correlationId };
    if (!isUnavailable(error)) return log.warn({ ...facts, attempt: attempts + 1 }, 'attempt failed');
    const pauseMs = breaker.open();
    if (pauseMs !== undefined) log.warn({ ...facts, pauseMs: Math.round(pauseMs) }, 'subscription paused');
  }
}

/**
 * Claim and handler run side by side, the claim's statement first. Both may finish: that the message was not to be claimed says more than
 * how the handler went.
 */
async function claimAndHandle(tx: Tx, claim: Promise<object | undefined>, work: (tx: Tx) => Promise<void>) {
  const [claimed, worked] = await Promise.allSettled([claim, work(tx)]);
  if (claimed.status === 'fulfilled' && !claimed.value) throw new NotClaimed();
  for (const part of [claimed, worked]) if (part.status === 'rejected') throw part.reason;
}
