import { DomainError, type Message } from '../../core';
import { connectionLost, type MessageContext, type Tx } from '../../postgres';

/**
 * A message on its way into a handler, with the two things in which messages differ: how it is claimed, and what becomes of it when it is
 * not handled. There is one implementation per place that a message can come from: an inbox row, the wire, a timer.
 */
export interface Delivery {
  readonly message: Message;
  readonly part: number;
  /** What is recorded by the handler is part of this. */
  readonly context: MessageContext;
  /** Attempts that were made before. */
  readonly attempts: number;
  /** Since when it could have been handled, in the time of `performance.now()`. */
  readonly dueAt: number;
  /**
   * Claims the message in the handler's transaction, so that it takes effect once.
   * @returns undefined when it must not be handled: it was handled before, or something of its key comes first. Nothing is kept then.
   */
  claim(tx: Tx, subscription: string): Promise<object | undefined>;
  /**
   * Called when the message was not handled.
   * @param error {@link NotClaimed}, or what made the attempt fail.
   * @returns whether the next message of the key may follow.
   */
  unhandled(error: unknown): Promise<boolean>;
  /** Called when the message leaves memory, handled or not. */
  left?(): void;
}

/** A claim returned nothing. */
export class NotClaimed extends Error {}

/** Whether the failure is systemic: a dependency or the database is away, and another message would fail, too. */
export function isUnavailable(error: unknown): boolean {
  return connectionLost(error) || (error instanceof DomainError && error.kind === 'unavailable');
}
