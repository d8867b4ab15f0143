import type { Message } from '../../core';
import type { Database } from '../../postgres';

/** An inbox that a producer may write into itself, in the transaction that records the message. */
export interface CoLocatedInbox {
  readonly module: string;
  /** By message type, the subscriptions that want it. */
  readonly subscribers: ReadonlyMap<string, readonly string[]>;
}

/** Where a transport leaves the messages of one module: its inbox. Resolves when they are stored for good. */
export interface Receiver {
  readonly module: string;
  /** The message types that some subscription of the module wants. */
  readonly types: readonly string[];
  /**
   * Stores the messages in the order given; those stored before are passed over.
   *
   * @param isFirst whether a message was certainly never handed over before. Such a message may be handled at once instead, with nothing
   *   stored but that it was; one that comes again may have killed the process that handled it, and is stored and counted. Default: none.
   */
  receive(messages: readonly Message[], isFirst?: (message: Message) => boolean): Promise<void>;
  /** Lets a producer of the same database write in here. @returns undefined when it has another database. */
  openCoLocatedInbox(producer: Database): Promise<CoLocatedInbox | undefined>;
}

/**
 * The road between modules: a confirmed, ordered pipe from an outbox to inboxes. Retries, delays, order and dead letters
 * are not its business. Every implementation passes the same conformance suite.
 */
export abstract class Transport {
  /** How late this process is with what it has to handle, in milliseconds: told to those who hear from it. */
  lagHere: () => number = () => 0;

  /** How late those are who were heard from lately, in milliseconds. Within a process nobody needs telling. */
  get lagElsewhereMs(): number {
    return 0;
  }

  /** Announces a module that wants messages. Called for every module of the process before `start`. */
  abstract register(receiver: Receiver): void;

  /**
   * Which modules want which types: a destination is always a module, wherever it runs, so that what waits in an outbox stays right
   * when the topology changes. A module in this process is reached directly; every other one over the wire. Known from `start` on.
   */
  abstract routes(): readonly { type: string; destination: string }[];

  /** The receivers of the modules that live in this process. */
  abstract neighbours(): readonly Receiver[];

  abstract start(): Promise<void>;

  /**
   * Delivers in order, and resolves once the destination has stored every message for good.
   * @throws when any of it may not have arrived; what has arrived anyway is recognised when it comes again.
   */
  abstract deliver(destination: string, messages: readonly Message[]): Promise<void>;

  /** Takes no more in and waits for what is under way. */
  abstract stop(): Promise<void>;
}
