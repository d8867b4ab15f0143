import { DomainError, UnreadableMessage, type Message } from '../../core';
import type { Subscription } from '../ports/subscription';
import { connectionLost, type Database, type MessageContext, type Tx } from '../../postgres';

/** A message that can be handled. */
export interface Due {
  /** Since when, in the time of `performance.now()`. */
  readonly dueAt: number;
  readonly message: Message;
  /** Whether it waits for its turn no more. */
  begun?: boolean;
}

/** Gives the messages of one subscription their effect: each in the transaction that takes it, from wherever it waits. So it is once. */
export class Effects {
  /** What nothing stands in the way of but what came before it, in that order; and behind the first, what is begun already. */
  private readonly line: Due[] = [];

  constructor(
    private readonly db: Database,
    private readonly subscription: Subscription,
  ) {}

  /** How long the oldest message waits that could be handled now, in milliseconds. */
  get lagMs(): number {
    const [oldest] = this.line;
    return oldest ? performance.now() - oldest.dueAt : 0;
  }

  /** From now on it waits for its turn only, until it is taken or forgotten. */
  expect(due: Due): void {
    this.line.push(due);
  }

  forget(due: Due): void {
    due.begun = true;
    while (this.line[0]?.begun) this.line.shift();
  }

  /** The message as the handler wants it. @throws {UnreadableMessage} */
  read(message: Message): Message<never> {
    const type = this.subscription.types.find(({ type }) => type === message.type);
    if (!type)
      throw new UnreadableMessage(message.type, message.version, `${this.subscription.name} does not know this type`);
    return { ...message, data: type.read(message.version, message.data) as never };
  }

  /**
   * One transaction that takes the message and handles it.
   *
   * @param work takes it, with a result if it was there to be taken, and handles it. Both run side by side.
   * @throws {AlreadyHandled} when it was not: nothing of what was done is kept.
   */
  take(
    due: Due,
    context: MessageContext,
    work: (tx: Tx) => [take: Promise<object | undefined>, handle: Promise<void>],
  ): Promise<void> {
    return this.db.transaction(
      async (tx) => {
        this.forget(due);
        // Both are let finish: that another instance was faster says more than how the work went.
        const [taken, worked] = await Promise.allSettled(work(tx));
        if (taken.status === 'fulfilled' && !taken.value) throw new AlreadyHandled();
        for (const part of [taken, worked]) if (part.status === 'rejected') throw part.reason;
      },
      context,
      { key: due.message.key },
    );
  }
}

/** What was to be handled has taken effect before, or is not to take effect yet. */
export class AlreadyHandled extends Error {}

/** Not the message's fault: somebody we depend on is away. */
export function systemic(error: unknown): boolean {
  return connectionLost(error) || (error instanceof DomainError && error.kind === 'unavailable');
}
