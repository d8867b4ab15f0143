import type { ConfirmChannel } from 'amqplib';
import { EventEmitter, once } from 'node:events';
import type { Message } from '../../core';
import type { Session } from './session';
import { within } from '../ports/time-limit';
import { toWire } from './wire';

/** Messages of one delivery in flight at most. */
const windowSize = 200;

export interface Address {
  readonly exchange: string;
  readonly routingKey: string;
}

/** Publishes with confirmation, and at most one unconfirmed message per key: whatever is lost, order is not. */
export class Publisher {
  private open: Open | undefined;
  /** Returned messages, each with its address, since a message may be published for several modules. The broker returns before it confirms. */
  private readonly returned = new Set<string>();
  /** Emits `clear` whenever the broker accepts messages again. */
  private readonly traffic = new EventEmitter().setMaxListeners(0);

  /**
   * @param addressOf where a message is published.
   * @param confirmWithinMs how long a message waits for the broker to accept messages, and then for its confirmation.
   * @param lagHere sent with every message.
   */
  constructor(
    private readonly addressOf: (destination: string, message: Message) => Address,
    private readonly confirmWithinMs: number,
    private readonly lagHere: () => number,
  ) {}

  async begin(session: Session): Promise<void> {
    const channel = await session.openConfirmChannel();
    channel.on('return', ({ fields, properties }) =>
      this.returned.add(nameOf(fields as Address, properties.messageId as string)),
    );
    session.whenUnblocked(() => this.traffic.emit('clear'));
    this.returned.clear();
    this.open = { session, channel };
    this.traffic.emit('clear');
  }

  /** Resolves when all are confirmed. @throws the first failure, when nothing is in flight any more. */
  async publish(destination: string, messages: readonly Message[]): Promise<void> {
    const queues = byKey(messages).values();
    let failure: unknown;
    const drain = async () => {
      for (const queue of queues) {
        for (const message of queue) {
          if (failure) return;
          await this.confirm(destination, message).catch((error: unknown) => (failure ??= error));
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(windowSize, messages.length) }, drain));
    if (failure) throw failure;
  }

  private async confirm(destination: string, message: Message): Promise<void> {
    const { session, channel } = this.accepting ?? (await this.untilAccepting());
    const late = () => {
      // A broker that has said that it is blocked goes on where it stopped. Otherwise it may have lost the message, or the connection.
      if (!session.blocked) session.end(`no confirmation within ${this.confirmWithinMs} ms`);
      return new Error(
        `RabbitMQ did not confirm ${message.type} within ${this.confirmWithinMs} ms${because(session.blocked)}`,
      );
    };
    const address = this.addressOf(destination, message);
    session.together();
    await within(this.confirmWithinMs, this.send(channel, address, message), late);
    if (!this.returned.delete(nameOf(address, message.id))) return;
    // The queue was deleted: the next session declares it anew.
    session.end('a message was returned');
    throw new Error(`no queue of ${destination} takes ${message.type}`);
  }

  private send(channel: ConfirmChannel, { exchange, routingKey }: Address, message: Message): Promise<void> {
    const { content, options } = toWire(message, this.lagHere());
    return new Promise((resolve, reject) => {
      channel.publish(exchange, routingKey, content, options, (error: Error | null) => {
        if (error) reject(new Error(`RabbitMQ did not take ${message.type}: ${error.message}`));
        else resolve();
      });
    });
  }

  private get accepting(): Open | undefined {
    return this.open && !this.open.session.ended && !this.open.session.blocked ? this.open : undefined;
  }

  private async untilAccepting(): Promise<Open> {
    const signal = AbortSignal.timeout(this.confirmWithinMs);
    for (;;) {
      const { open, accepting } = this;
      if (accepting) return accepting;
      await once(this.traffic, 'clear', { signal }).catch(() => {
        throw new Error(`RabbitMQ takes no messages${because(open?.session.ended ?? open?.session.blocked)}`);
      });
    }
  }
}

interface Open {
  readonly session: Session;
  readonly channel: ConfirmChannel;
}

function nameOf({ exchange, routingKey }: Address, messageId: string): string {
  return `${exchange} ${routingKey} ${messageId}`;
}

function because(reason: string | undefined): string {
  return reason ? `: ${reason}` : '';
}

/** The messages of each key, in order. */
function byKey(messages: readonly Message[]): Message[][] {
  const queues = new Map<string, Message[]>();
  for (const message of messages) {
    const queue = queues.get(message.key);
    if (queue) queue.push(message);
    else queues.set(message.key, [message]);
  }
  return [...queues.values()];
}
