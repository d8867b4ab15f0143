import type { Message } from '../../core';
import type { Receiver } from './receiver';

/** Before the name of a destination: the name under which its outbox has dead letters and blocked keys, beside those of subscriptions. */
export const outboxPrefix = 'outbox to ';

/** A message that the transport will never take, such as one that is larger than the broker allows. */
export interface Refusal {
  readonly messageId: string;
  readonly reason: string;
}

/** Some messages were refused. All others are delivered, except those that come after a refused one of their key. */
export class MessagesRefused extends Error {
  override readonly name = 'MessagesRefused';

  /** @param undelivered the ids of the refused messages, and of those that come after them. */
  constructor(
    readonly refusals: readonly Refusal[],
    readonly undelivered: ReadonlySet<string>,
  ) {
    super(refusals.map(({ messageId, reason }) => `message ${messageId} was refused: ${reason}`).join('; '));
  }
}

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

  /**
   * For how long other processes have been in reach without a break, in milliseconds; 0 while they are not. Before that, answers of theirs
   * may have been held up. Infinity for a transport within one process.
   */
  get connectedMs(): number {
    return Infinity;
  }

  /** What it needs to reach other processes, by name: `'ok'` or what is wrong. */
  get health(): Readonly<Record<string, string>> {
    return {};
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
   * @throws {MessagesRefused} when the transport will never take some of them.
   * @throws when any message may not have arrived. The destination skips those that have arrived when they are delivered again.
   */
  abstract deliver(destination: string, messages: readonly Message[]): Promise<void>;

  /** Accepts no more messages and waits for the deliveries in flight. */
  abstract stop(): Promise<void>;
}
