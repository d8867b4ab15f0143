import type { ConfirmChannel } from 'amqplib';
import { EventEmitter, once } from 'node:events';
import type { Message } from '../../core';
import type { Session } from './session';
import { within } from '../ports/time-limit';
import { toWire } from './wire';

/** Messages of one delivery that are under way at once. */
const windowSize = 200;

export interface Address {
  readonly exchange: string;
  readonly routingKey: string;
}

/** Publishes with confirmation, and at most one unconfirmed message per key: whatever is lost, order is not. */
export class Publisher {
  private road: Road | undefined;
  /** What came back: each message, and from where, since it may be published for several modules. The broker tells so before it confirms them. */
  private readonly returned = new Set<string>();
  /** Emits `clear` whenever messages may pass again. */
  private readonly traffic = new EventEmitter().setMaxListeners(0);

  /**
   * @param addressOf where a message is published.
   * @param confirmWithinMs how long a message waits to be let through, and then for its confirmation.
   * @param lagHere told with every message.
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
    this.road = { session, channel };
    this.traffic.emit('clear');
  }

  /** Resolves when all are confirmed. @throws the first failure, when nothing is under way any more. */
  async publish(destination: string, messages: readonly Message[]): Promise<void> {
    const lines = linesOf(messages).values();
    let failure: unknown;
    const workOff = async () => {
      for (const line of lines) {
        for (const message of line) {
          if (failure) return;
          await this.confirm(destination, message).catch((error: unknown) => (failure ??= error));
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(windowSize, messages.length) }, workOff));
    if (failure) throw failure;
  }

  private async confirm(destination: string, message: Message): Promise<void> {
    const { session, channel } = this.clearRoad ?? (await this.untilClear());
    const late = () => {
      // If the broker has told why, it will go on where it stopped. Otherwise it may have lost the message, or us.
      if (!session.blocked) session.end(`no confirmation within ${this.confirmWithinMs} ms`);
      return new Error(
        `RabbitMQ did not confirm ${message.type} within ${this.confirmWithinMs} ms${because(session.blocked)}`,
      );
    };
    const address = this.addressOf(destination, message);
    session.together();
    await within(this.confirmWithinMs, this.send(channel, address, message), late);
    if (!this.returned.delete(nameOf(address, message.id))) return;
    // Whoever deleted the queue has not told us: the next session declares it anew.
    session.end('a message came back');
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

  private get clearRoad(): Road | undefined {
    return this.road && !this.road.session.ended && !this.road.session.blocked ? this.road : undefined;
  }

  private async untilClear(): Promise<Road> {
    const signal = AbortSignal.timeout(this.confirmWithinMs);
    for (;;) {
      const { road, clearRoad } = this;
      if (clearRoad) return clearRoad;
      await once(this.traffic, 'clear', { signal }).catch(() => {
        throw new Error(`RabbitMQ takes no messages${because(road?.session.ended ?? road?.session.blocked)}`);
      });
    }
  }
}

interface Road {
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
function linesOf(messages: readonly Message[]): Message[][] {
  const lines = new Map<string, Message[]>();
  for (const message of messages) {
    const line = lines.get(message.key);
    if (line) line.push(message);
    else lines.set(message.key, [message]);
  }
  return [...lines.values()];
}
