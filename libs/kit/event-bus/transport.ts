import type { Message } from '../core';

/** Where a transport leaves the messages of one module: its inbox. Resolves when they are stored for good. */
export interface Receiver {
  readonly module: string;
  /** The message types that some subscription of the module wants. */
  readonly types: readonly string[];
  /** Stores the messages in the order given; those stored before are passed over. */
  receive(messages: readonly Message[]): Promise<void>;
}

/**
 * The road between modules: a confirmed, ordered pipe from an outbox to inboxes. Retries, delays, order and dead letters
 * are not its business. Every implementation passes the same conformance suite.
 */
export abstract class Transport {
  /** Announces a module that wants messages. Called for every module of the process before `start`. */
  abstract register(receiver: Receiver): void;

  /**
   * Which modules want which types: a destination is always a module, wherever it runs, so that what waits in an outbox stays right
   * when the topology changes. A module in this process is reached directly; every other one over the wire. Known from `start` on.
   */
  abstract routes(): readonly { type: string; destination: string }[];

  abstract start(): Promise<void>;

  /**
   * Delivers in order, and resolves once the destination has stored every message for good.
   * @throws when any of it may not have arrived; what has arrived anyway is recognised when it comes again.
   */
  abstract deliver(destination: string, messages: readonly Message[]): Promise<void>;

  /** Takes no more in and waits for what is under way. */
  abstract stop(): Promise<void>;
}
