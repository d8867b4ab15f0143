import type { Draft, Message } from '../../core';
import type { Database } from '../../postgres';

/** Raised after the commit of a transaction that stored messages for this subscription; with each comes a {@link StoredRow}. */
export const inboxChanged = (subscription: string): string => `inbox ${subscription}`;

/** A message as a transaction records it, before the database has numbered it. */
export interface RecordRow extends Draft {
  messageId: string;
  part: number;
  correlationId: string;
  causationId: string | null;
}

/** What the statement that stored an inbox row adds to its {@link RecordRow}. */
export interface StoredRow {
  readonly producer: string;
  readonly keyVersion: number;
  readonly recordedAt: Date;
  /** The row's number in the inbox; null unless nothing of its key comes before it there. Only then may it be handled without being read. */
  readonly seq: number | null;
}

/** An inbox in the producer's own database: the producer writes into it in the transaction that records the message. */
export interface CoLocatedInbox {
  readonly module: string;
  /** The message types that some subscription of the module wants. */
  readonly types: ReadonlySet<string>;
  /**
   * SQL that stores what the common table expression `routed` has for this module with `direct`, one row per subscription.
   *
   * @param slot distinguishes this inbox from others in the same statement.
   * @returns `expressions` to append to `with …`, and a `select` of `n`, the signal and the columns of {@link StoredRow}.
   */
  storeSql(producer: string, slot: number): { readonly expressions: string; readonly select: string };
}

/** Where a transport delivers the messages of one module. */
export interface Receiver {
  readonly module: string;
  /** The message types that some subscription of the module wants. */
  readonly types: readonly string[];
  /**
   * Takes the messages in the order given, and resolves when each is stored or handled. Messages that were received before are skipped.
   *
   * @param isFirst whether a message was certainly never delivered before. Such a message may be handled without being stored. One that
   *   is delivered again may have killed the process that handled it, so it is stored and its crashes are counted. Default: none is first.
   */
  receive(messages: readonly Message[], isFirst?: (message: Message) => boolean): Promise<void>;
  /** Grants a producer in the same database access to the inbox. @returns undefined when the producer has another database. */
  openCoLocatedInbox(producer: Database): Promise<CoLocatedInbox | undefined>;
}
