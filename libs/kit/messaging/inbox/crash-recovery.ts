import type { Database } from '../../postgres';
import type { Subscription } from '../ports/subscription';
import type { Breaker } from './breaker';
import type { Delivery } from './delivery';
import type { Dispatcher } from './dispatcher';
import { countCrash, forgiveCrash } from './failures.sql';
import { fetchWaiting, type InboxRow } from './inbox-rows.sql';
import type { Retry } from './retry';
import type { Window } from './window';

const crashesAllowed = 5;

interface Options {
  readonly db: Database;
  readonly subscription: Subscription;
  readonly dispatcher: Dispatcher;
  readonly breaker: Breaker;
  readonly retry: Retry;
  readonly window: Window;
  /** Rows that the crashed instance may have had in flight. */
  readonly limit: number;
  readonly owns: (part: number) => boolean;
  readonly toDelivery: (row: InboxRow) => Delivery;
}

/**
 * Deals with the partitions of an instance that crashed, before anything else begins. What the crashed instance may have had in flight
 * runs one by one, each start counted in a transaction of its own before the handler runs: if the process dies, the count stays, and if
 * it survives, the count is taken back. So a message that kills its process is found, and becomes a dead letter.
 */
export class CrashRecovery {
  private inherited: number[] = [];

  constructor(private readonly options: Options) {}

  /** Whether inherited partitions are still to be dealt with. */
  get isPending(): boolean {
    return this.inherited.length > 0;
  }

  inherit(parts: readonly number[]): void {
    this.inherited.push(...parts);
  }

  /** Stays pending when the subscription is paused or stopped meanwhile. Keys that are in memory here are left to their queues. */
  async run(): Promise<void> {
    const { db, subscription, dispatcher, breaker, window, limit, owns } = this.options;
    const parts = [...this.inherited];
    const held = new Set(dispatcher.busyKeys);
    for (const row of await fetchWaiting(db, subscription.name, parts, window.seqs, limit)) {
      if (!dispatcher.isOpen) return;
      if (held.has(row.message.key) || !owns(row.part)) continue;
      if (await this.recover(row)) continue;
      held.add(row.message.key);
      if (!breaker.isClosed) return;
    }
    this.inherited = this.inherited.filter((part) => !parts.includes(part));
  }

  /** @returns whether the next message of the key may follow. */
  private async recover(row: InboxRow): Promise<boolean> {
    const { db, subscription, dispatcher, retry, toDelivery } = this.options;
    const { crashes, attempts, seq } = row;
    if (crashes >= crashesAllowed)
      return retry.bury(row, { attempt: attempts, message: `the process died ${crashes} times while handling it` });
    await countCrash(db, subscription.name, seq);
    if (await dispatcher.dispatch(toDelivery(row))) return true;
    await forgiveCrash(db, subscription.name, seq);
    return false;
  }
}
