import type { ConfirmChannel } from 'amqplib';
import { EventEmitter, once } from 'node:events';
import { messageOf, type Message } from '../../core';
import type { Session } from './session';
import { within } from '../ports/time-limit';
import { MessagesRefused, type Refusal } from '../ports/transport';
import { Trials, isRefusal } from './trials';
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
  private readonly unconfirmed = new Set<string>();
  private readonly trials = new Trials();
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
    // The broker does not tell which of them it has refused.
    channel.on('error', (error) => isRefusal(error) && this.trials.suspect(this.unconfirmed));
    this.noteReturns(channel);
    session.whenUnblocked(() => this.traffic.emit('clear'));
    this.returned.clear();
    this.open = { session, channel };
    this.traffic.emit('clear');
  }

  /**
   * Resolves when all are confirmed.
   * @throws {MessagesRefused} when all others are confirmed. @throws the first failure, when nothing is in flight any more.
   */
  async publish(destination: string, messages: readonly Message[]): Promise<void> {
    const queues = byKey(messages).values();
    const [refusals, undelivered] = [[] as Refusal[], new Set<string>()];
    let failure: unknown;
    const drain = async () => {
      for (const queue of queues) {
        for (const [at, message] of queue.entries()) {
          if (failure) return;
          const error: unknown = await this.confirm(destination, message).catch((error: unknown) => error);
          if (isRefusal(error)) {
            refusals.push({ messageId: message.id, reason: messageOf(error) });
            for (const { id } of queue.slice(at)) undelivered.add(id);
            break;
          }
          failure ??= error;
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(windowSize, messages.length) }, drain));
    if (failure) throw failure;
    if (refusals.length > 0) throw new MessagesRefused(refusals, undelivered);
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
    const name = nameOf(address, message.id);
    const sendOn = (some: ConfirmChannel) => within(this.confirmWithinMs, this.send(some, address, message), late);
    if (this.trials.isSuspect(name)) await this.trials.run(name, () => this.openTrialChannel(session), sendOn);
    else await this.track(name, sendOn(channel));
    if (!this.returned.delete(name)) return;
    // The queue was deleted: the next session declares it anew.
    session.end('a message was returned');
    throw new Error(`no queue of ${destination} takes ${message.type}`);
  }

  private async openTrialChannel(session: Session): Promise<ConfirmChannel> {
    const late = () => new Error(`RabbitMQ opened no channel within ${this.confirmWithinMs} ms`);
    const channel = await within(this.confirmWithinMs, session.openTrialChannel(), late);
    this.noteReturns(channel);
    return channel;
  }

  private noteReturns(channel: ConfirmChannel): void {
    channel.on('return', ({ fields, properties }) =>
      this.returned.add(nameOf(fields as Address, properties.messageId as string)),
    );
  }

  /** Remembers a message as unconfirmed for as long as that is so. */
  private async track(name: string, confirmed: Promise<void>): Promise<void> {
    this.unconfirmed.add(name);
    await confirmed.finally(() => this.unconfirmed.delete(name));
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
