import type { Message } from '../../core';
import type { Receiver } from './receiver';

/**
 * Carries messages between modules: a confirmed, ordered pipe from outboxes to inboxes. Retries, delays, order per key and dead letters
 * are left to the inbox. Every implementation passes the same conformance suite.
 */
export abstract class Transport {
  /** How late this process is with what it has to handle, in milliseconds. A transport between processes tells the others. */
  lagHere: () => number = () => 0;

  /** The greatest lag that other processes have reported lately, in milliseconds; 0 for a transport within one process. */
  get lagElsewhereMs(): number {
    return 0;
  }

  /** Announces a module that wants messages. Called for every module of the process before `start`. */
  abstract register(receiver: Receiver): void;

  /**
   * Which modules want which types: a destination is always a module, wherever it runs, so that rows waiting in an outbox stay right
   * when the topology changes. A module in this process is reached directly; every other one over the wire. Known from `start` on.
   */
  abstract routes(): readonly { type: string; destination: string }[];

  /** The receivers of the modules that live in this process. */
  abstract neighbours(): readonly Receiver[];

  abstract start(): Promise<void>;

  /**
   * Delivers in order, and resolves once the destination has committed every message.
   * @throws when any message may not have arrived. The destination skips those that have arrived when they are delivered again.
   */
  abstract deliver(destination: string, messages: readonly Message[]): Promise<void>;

  /** Accepts no more messages and waits for the deliveries in flight. */
  abstract stop(): Promise<void>;
}
