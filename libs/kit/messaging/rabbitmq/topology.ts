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
 * How often the broker delivers a message before it parks it. Every message that can be read is acknowledged, so this counts
 * lost connections only; without it, RabbitMQ 4 would give up after 20.
 */
const deliveryLimit = 10_000;

/** The types that each module of the system wants. */
export type Wanted = Readonly<Record<string, readonly string[]>>;

/**
 * The names of a system's exchanges and queues. A module publishes to its own exchange, from where a message goes to one of the eight queues
 * of the module it is for, by its key:
 *
 *     thali.order ──payment.p3──► queue thali.payment.p3
 */
export class Topology {
  /** @param prefix of all names. */
  constructor(
    private readonly prefix: string,
    private readonly wanted: Wanted,
  ) {}

  /** This topology with types that the module wants, too. */
  with(module: string, types: readonly string[]): Topology {
    return new Topology(this.prefix, {
      ...this.wanted,
      [module]: [...new Set([...(this.wanted[module] ?? []), ...types])],
    });
  }

  get routes(): { type: string; destination: string }[] {
    return Object.entries(this.wanted).flatMap(([destination, types]) => types.map((type) => ({ type, destination })));
  }

  /** Where a message for the destination is published. */
  addressOf(destination: string, { producer, key }: Message): Address {
    return { exchange: this.exchangeOf(producer), routingKey: `${destination}.p${partitionOf(key) % queueCount}` };
  }

  queuesOf(module: string): string[] {
    return Array.from({ length: queueCount }, (_, part) => `${this.prefix}.${module}.p${part}`);
  }

  /** The queue of messages that cannot be read, or were delivered too often. It has no consumer. */
  parkingOf(module: string): string {
    return `${this.prefix}.${module}.parked`;
  }

  /**
   * Declares everything, also for modules that have never run, so that messages for them wait. Declaring again changes
   * nothing.
   *
   * @throws {Refused} when the broker has an exchange or a queue of that name with other properties.
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
  if (code === 403) return new Refused(`RabbitMQ refuses to declare exchanges and queues: ${reason}`);
  if (code !== 406) return error;
  return new Refused(
    `RabbitMQ has an exchange or a queue that is not as it should be; remove it once it is empty: ${reason}`,
  );
}
