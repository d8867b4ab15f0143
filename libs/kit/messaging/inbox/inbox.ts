import { type Message, partitionOf } from '../../core';
import type { Database } from '../../postgres';
import type { CoLocatedInbox, Receiver } from '../ports/receiver';
import type { Subscription } from '../ports/subscription';
import { openCoLocatedInbox } from './co-located-inbox';
import type { Delivery } from './delivery';
import type { Dispatcher } from './dispatcher';
import { claimUnstored, store } from './unstored.sql';

/** Receives a module's messages from the wire or a relay: each is stored once per subscription that wants it, or handled without that. */
export class Inbox implements Receiver {
  readonly module: string;
  readonly types: readonly string[];
  private readonly subscriptionsOf = new Map<string, string[]>();

  /** @param dispatcherOf the dispatcher of the only subscription that wants messages of this type; undefined when there are several. */
  constructor(
    private readonly db: Database,
    subscriptions: readonly Subscription[],
    private readonly dispatcherOf: (type: string) => Dispatcher | undefined = () => undefined,
  ) {
    this.module = db.module;
    for (const { name, types } of subscriptions) {
      for (const { type } of types) this.subscriptionsOf.set(type, [...(this.subscriptionsOf.get(type) ?? []), name]);
    }
    this.types = [...this.subscriptionsOf.keys()];
  }

  openCoLocatedInbox(producer: Database): Promise<CoLocatedInbox | undefined> {
    return openCoLocatedInbox(this.db, this.subscriptionsOf, producer);
  }

  /** A message that is first, and the only one of its key, is offered to its dispatcher; the others, and what is not taken, are stored. */
  async receive(messages: readonly Message[], isFirst: (message: Message) => boolean = () => false): Promise<void> {
    const ofKey = new Map<string, number>();
    for (const { key } of messages) ofKey.set(key, (ofKey.get(key) ?? 0) + 1);
    const offered: Promise<boolean>[] = [];
    const toStore = messages.filter((message) => {
      const isAlone = ofKey.get(message.key) === 1 && isFirst(message);
      const taken = isAlone ? this.dispatcherOf(message.type)?.offer(this.deliveryOf(message)) : undefined;
      if (taken) offered.push(taken);
      return !taken;
    });
    // All are waited for, also when one fails: the caller may deliver them again.
    const outcomes = await Promise.allSettled([this.store(toStore), ...offered]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** A message off the wire: when it is not handled, it is stored. */
  private deliveryOf(message: Message): Delivery {
    const { key, correlationId, id: causationId } = message;
    const unhandled = async () => {
      await this.store([message]);
      return true;
    };
    const context = { correlationId, causationId };
    const [part, dueAt] = [partitionOf(key), performance.now()];
    return { message, part, attempts: 0, dueAt, context, claim: claimUnstored(message), unhandled };
  }

  private async store(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    await this.db.transaction(async (tx) => {
      for (const message of messages) {
        const { id: messageId, ...rest } = message;
        for (const subscription of this.subscriptionsOf.get(message.type) ?? [])
          tx.defer(store, { subscription, part: partitionOf(message.key), messageId, ...rest });
      }
    });
  }
}
