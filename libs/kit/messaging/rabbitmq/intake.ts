import type { Channel, ConsumeMessage } from 'amqplib';
import { type Message, type Log, Loop } from '../../core';
import { unstorable } from '../../postgres';
import type { Receiver } from '../ports/receiver';
import type { Session } from './session';
import type { Lateness } from './lateness';
import { fromWire, lagHeader } from './wire';

/** Messages received together. */
const batchSize = 200;
/** Messages of one queue in memory at most. */
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
 * Consumes a module's queues: passes messages to its receiver in the order in which they are delivered, and acknowledges them when they are
 * committed. While that fails they wait here, and the queues hold back the next ones; after `holdAtMostMs` the session ends, which returns
 * all of them to the queues, where another instance may get them.
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
    const turn = () => this.receiveBatch();
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
   * Receives nothing more. Unacknowledged messages go back, in order, when the session ends; cancelling the consumer would break their
   * order.
   */
  async stop(): Promise<void> {
    await this.loop.stop();
  }

  private take(delivery: ConsumeMessage | null, queue: string): void {
    if (!delivery) return this.options.session.end(`the broker has cancelled the consumer of ${queue}`);
    const { appId, headers } = delivery.properties;
    this.options.lateness.report(String(appId), headers?.[lagHeader]);
    this.waiting.push(delivery);
    this.loop.wake();
  }

  private async receiveBatch(): Promise<boolean> {
    const { session } = this.options;
    if (session.ended || this.waiting.length === 0) return false;
    const batch = this.waiting
      .slice(0, batchSize)
      .map((delivery) => ({ delivery, message: fromWire(delivery.content) }));
    const readable = batch.filter((each): each is Delivered => each.message !== undefined);
    const received = new Set(readable.length > 0 ? await this.receive(readable) : []);
    // They have gone back to the queues. They are skipped when they are delivered again.
    if (session.ended) return false;
    for (const { delivery } of batch) if (!received.has(delivery)) this.park(delivery);
    const last = batch.findLast(({ delivery }) => received.has(delivery));
    if (last) this.channel.ack(last.delivery, true);
    this.waiting.splice(0, batch.length);
    if (batch.length > 1) this.loop.gather();
    return this.waiting.length > 0;
  }

  /**
   * Where more than one batch waits, all of it is stored, since only messages in the inbox count for the lag.
   * @returns the messages that are committed; the others can never be stored.
   * @throws when any may not be committed; ends the session when that has been so for too long.
   */
  private async receive(batch: readonly Delivered[]): Promise<ConsumeMessage[]> {
    const { session, receiver, holdAtMostMs } = this.options;
    const isBehind = this.waiting.length > batchSize;
    const first = new Set(batch.flatMap(({ delivery, message }) => (delivery.fields.redelivered ? [] : message)));
    const messages = batch.map(({ message }) => message);
    try {
      await receiver.receive(messages, (message) => !isBehind && first.has(message));
      this.failingSince = undefined;
      return batch.map(({ delivery }) => delivery);
    } catch (error) {
      if (unstorable(error)) return this.receiveOneByOne(batch, error);
      const now = performance.now();
      this.failingSince ??= now;
      if (now - this.failingSince >= holdAtMostMs)
        session.end(`${receiver.module} has received nothing for ${Math.round(holdAtMostMs / 1000)} seconds`);
      throw error;
    }
  }

  /** In order, so that a message that cannot be stored does not hold up the others. */
  private async receiveOneByOne(batch: readonly Delivered[], why: unknown): Promise<ConsumeMessage[]> {
    const [first, ...more] = batch;
    if (first && more.length === 0) {
      const { id: messageId, type, correlationId } = first.message;
      const { receiver, log } = this.options;
      log.error({ err: why, module: receiver.module, messageId, type, correlationId }, 'message cannot be stored');
      return [];
    }
    const stored: ConsumeMessage[] = [];
    for (const each of batch) stored.push(...(await this.receive([each])));
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
    log.error({ ...facts, routingKey: fields.routingKey }, 'message parked');
    this.channel.reject(delivery, false);
  }
}
