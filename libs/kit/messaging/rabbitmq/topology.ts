import type { Channel } from 'amqplib';
import { messageOf, type Message, partitionOf } from '../../core';
import type { Address } from './publisher';
import { Refused, type Session } from './session';

/**
 * Queues per module. It never changes: keys would change their queue, and thus their order. It divides the kit's
 * partitions.
 */
const queueCount = 8;
/**
 * How often the broker may hand out a message before it parks it. We acknowledge whatever we can read, so this counts
 * lost connections only; without it, RabbitMQ 4 would give up after 20.
 */
const deliveryLimit = 10_000;

/** The types that each module of the system wants. */
export type Wanted = Readonly<Record<string, readonly string[]>>;

/**
 * The names of a system's exchanges and queues. A module speaks to its own exchange, from where what is for another
 * module goes to one of its eight queues, by the message's key:
 *
 *     thali.order ──payment.p3──► queue thali.payment.p3
 */
export class Topology {
  /** @param prefix of all names. */
  constructor(
    private readonly prefix: string,
    private readonly wanted: Wanted,
  ) {}

  /** The same, but that this module wants these types, too. */
  with(module: string, types: readonly string[]): Topology {
    return new Topology(this.prefix, {
      ...this.wanted,
      [module]: [...new Set([...(this.wanted[module] ?? []), ...types])],
    });
  }

  get routes(): { type: string; destination: string }[] {
    return Object.entries(this.wanted).flatMap(([destination, types]) => types.map((type) => ({ type, destination })));
  }

  /** Where a message for this module is published. */
  addressOf(destination: string, { producer, key }: Message): Address {
    return { exchange: this.exchangeOf(producer), routingKey: `${destination}.p${partitionOf(key) % queueCount}` };
  }

  queuesOf(module: string): string[] {
    return Array.from({ length: queueCount }, (_, part) => `${this.prefix}.${module}.p${part}`);
  }

  /** Where messages end that cannot be read or were handed out too often. Nobody consumes it. */
  parkingOf(module: string): string {
    return `${this.prefix}.${module}.parked`;
  }

  /**
   * Declares everything, also for modules that have never run: what is sent to them waits. Declaring again changes
   * nothing.
   *
   * @throws {Refused} when the broker has something of that name that is otherwise.
   */
  async declare(session: Session): Promise<void> {
    const channel = await session.openChannel();
    try {
      await channel.assertExchange(this.parkingExchange, 'direct', { durable: true });
      for (const module of Object.keys(this.wanted))
        await channel.assertExchange(this.exchangeOf(module), 'topic', { durable: true });
      for (const module of Object.keys(this.wanted)) await this.declareInbox(channel, module);
    } catch (error) {
      throw explain(error);
    }
  }

  private async declareInbox(channel: Channel, module: string): Promise<void> {
    const types = this.wanted[module] ?? [];
    if (types.length === 0) return;
    await channel.assertQueue(this.parkingOf(module), { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.bindQueue(this.parkingOf(module), this.parkingExchange, module);
    for (const [part, queue] of this.queuesOf(module).entries()) {
      await channel.assertQueue(queue, { durable: true, arguments: this.argumentsFor(module) });
      for (const producer of Object.keys(this.wanted))
        await channel.bindQueue(queue, this.exchangeOf(producer), `${module}.p${part}`);
    }
  }

  private argumentsFor(module: string): Record<string, unknown> {
    return {
      'x-queue-type': 'quorum',
      'x-single-active-consumer': true,
      'x-delivery-limit': deliveryLimit,
      'x-dead-letter-exchange': this.parkingExchange,
      'x-dead-letter-routing-key': module,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    };
  }

  private exchangeOf(module: string): string {
    return `${this.prefix}.${module}`;
  }

  private get parkingExchange(): string {
    return `${this.prefix}.parked`;
  }
}

function explain(error: unknown): unknown {
  const { code } = error as { code?: number };
  const reason = /with message "(.*)"/s.exec(messageOf(error))?.[1] ?? messageOf(error);
  if (code === 403) return new Refused(`RabbitMQ does not let us declare exchanges and queues: ${reason}`);
  if (code !== 406) return error;
  return new Refused(
    `RabbitMQ has an exchange or a queue that is not as it should be; remove it once it is empty: ${reason}`,
  );
}
