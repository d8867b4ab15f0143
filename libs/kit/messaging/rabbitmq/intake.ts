import type { Channel, ConsumeMessage } from 'amqplib';
import { messageOf, type Message, type Log, Loop } from '../../core';
import { unstorable } from '../../postgres';
import type { Receiver } from '../ports/receiver';
import type { Session } from './session';
import type { Lateness } from './lateness';
import { fromWire, lagHeader } from './wire';

/** Messages stored at once. */
const batchSize = 200;
/** Of one queue, in memory at most. */
const prefetch = 100;
const pollMs = 1_000;

interface Options {
  session: Session;
  receiver: Receiver;
  queues: readonly string[];
  /** How long messages that cannot be stored are held, in milliseconds. */
  holdAtMostMs: number;
  lateness: Lateness;
  log: Log;
}

interface Delivered {
  readonly delivery: ConsumeMessage;
  readonly message: Message;
}

/**
 * Takes a module's messages out of its queues into its inbox, in the order in which they are delivered, and
 * acknowledges them when they are stored for good. While they cannot be stored they wait here, and the queues hold back
 * what follows; after `holdAtMostMs` all of them go back at once, and another instance may have more luck.
 */
export class Intake {
  private readonly waiting: ConsumeMessage[] = [];
  private readonly loop: Loop;
  private failingSince: number | undefined;

  private constructor(
    private readonly options: Options,
    private readonly channel: Channel,
  ) {
    const { receiver, log } = options;
    const turn = () => this.storeBatch();
    this.loop = new Loop({ name: `intake of ${receiver.module}`, turn, pollMs, log });
  }

  static async open(options: Options): Promise<Intake> {
    const channel = await options.session.openChannel();
    const intake = new Intake(options, channel);
    await channel.prefetch(prefetch);
    for (const queue of options.queues) await channel.consume(queue, (delivery) => intake.take(delivery, queue));
    intake.loop.start();
    return intake;
  }

  /**
   * Stores nothing more. What is not acknowledged by then goes back, in order, when the session ends: cancelling would
   * break it.
   */
  async stop(): Promise<void> {
    await this.loop.stop();
  }

  private take(delivery: ConsumeMessage | null, queue: string): void {
    if (!delivery) return this.options.session.end(`the broker has cancelled the consumer of ${queue}`);
    const { appId, headers } = delivery.properties;
    this.options.lateness.hear(String(appId), headers?.[lagHeader]);
    this.waiting.push(delivery);
    this.loop.wake();
  }

  private async storeBatch(): Promise<boolean> {
    const { session } = this.options;
    if (session.ended || this.waiting.length === 0) return false;
    const batch = this.waiting
      .slice(0, batchSize)
      .map((delivery) => ({ delivery, message: fromWire(delivery.content) }));
    const readable = batch.filter((each): each is Delivered => each.message !== undefined);
    const stored = new Set(readable.length > 0 ? await this.handOver(readable) : []);
    // Whoever has them now finds that they are stored already.
    if (session.ended) return false;
    for (const { delivery } of batch) if (!stored.has(delivery)) this.park(delivery);
    const last = batch.findLast(({ delivery }) => stored.has(delivery));
    if (last) this.channel.ack(last.delivery, true);
    this.waiting.splice(0, batch.length);
    if (batch.length > 1) this.loop.gather();
    return this.waiting.length > 0;
  }

  /**
   * Where more waits than one batch, all of it is stored: how long it waits is known of the inbox only.
   * @returns what it has now; the rest can never be stored.
   * @throws when they may not be stored; ends the session when that has been so for too long.
   */
  private async handOver(batch: readonly Delivered[]): Promise<ConsumeMessage[]> {
    const { session, receiver, holdAtMostMs } = this.options;
    const isBehind = this.waiting.length > batchSize;
    const first = new Set(batch.flatMap(({ delivery, message }) => (delivery.fields.redelivered ? [] : message)));
    const messages = batch.map(({ message }) => message);
    try {
      await receiver.receive(messages, (message) => !isBehind && first.has(message));
      this.failingSince = undefined;
      return batch.map(({ delivery }) => delivery);
    } catch (error) {
      if (unstorable(error)) return this.handOverApart(batch, error);
      const now = performance.now();
      this.failingSince ??= now;
      if (now - this.failingSince >= holdAtMostMs)
        session.end(`${receiver.module} could store nothing for ${Math.round(holdAtMostMs / 1000)} seconds`);
      throw error;
    }
  }

  /** One by one, in order: so that what cannot be stored holds up nothing else. */
  private async handOverApart(batch: readonly Delivered[], why: unknown): Promise<ConsumeMessage[]> {
    const [first, ...more] = batch;
    if (first && more.length === 0) {
      const { id: messageId, type, correlationId } = first.message;
      const { receiver, log } = this.options;
      log.error(
        { err: why, module: receiver.module, messageId, type, correlationId },
        `cannot be stored: ${messageOf(why)}`,
      );
      return [];
    }
    const stored: ConsumeMessage[] = [];
    for (const each of batch) stored.push(...(await this.handOver([each])));
    return stored;
  }

  private park(delivery: ConsumeMessage): void {
    const { receiver, log } = this.options;
    const { properties, fields } = delivery;
    const facts = {
      module: receiver.module,
      messageId: properties.messageId as unknown,
      type: properties.type as unknown,
    };
    log.error(
      facts,
      `what came to ${receiver.module} by ${fields.routingKey} is no message that can be stored; it is parked`,
    );
    this.channel.reject(delivery, false);
  }
}
