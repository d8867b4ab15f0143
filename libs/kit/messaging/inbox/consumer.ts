import { type Log, Loop } from '../../core';
import type { Database, Raised } from '../../postgres';
import type { Partitions } from '../leases/partitions';
import { inboxChanged, type RecordRow, type StoredRow } from '../ports/receiver';
import type { Subscription } from '../ports/subscription';
import { Breaker } from './breaker';
import { CrashRecovery } from './crash-recovery';
import { NotClaimed, isUnavailable, type Delivery } from './delivery';
import { Dispatcher } from './dispatcher';
import { claimRow, discardCopy, fetchWaiting, pushedRow, type InboxRow } from './inbox-rows.sql';
import { Retry } from './retry';
import { Window } from './window';

const pollMs = 1_000;
/** Inbox rows of one subscription in memory at most. */
const windowSize = 256;
/** As `windowSize`, for handlers that go outside: they mostly wait, which costs memory only. */
const outsideByDefault = 1_000;

/** Brings the inbox rows of one subscription to its {@link Dispatcher}: it fetches them, or the statement that stored them pushes them. */
export class Consumer {
  private readonly loop: Loop;
  private readonly window: Window;
  private readonly breaker: Breaker;
  readonly dispatcher: Dispatcher;
  private readonly retry: Retry;
  private readonly recovery: CrashRecovery;
  /** Keys of which another instance has handled a row that was in memory here: only the inbox knows what is next. */
  private readonly outrun = new Set<string>();
  private readonly onInboxChanged = (raised: readonly Raised[] = []) => {
    const left = raised.filter(({ row, result }) => !row || !this.acceptPushed(row as RecordRow, result as StoredRow));
    if (left.length > 0 || raised.length === 0) this.loop.wake();
  };
  private readonly onGained = (gained: { part: number; crashed: boolean }[]) => {
    this.recovery.inherit(gained.filter(({ crashed }) => crashed).map(({ part }) => part));
    this.loop.wake();
  };

  constructor(
    private readonly db: Database,
    private readonly partitions: Partitions,
    private readonly subscription: Subscription,
    log: Log,
  ) {
    const { name, handle, concurrency = outsideByDefault } = subscription;
    const limit = 'outside' in handle ? concurrency : windowSize;
    const owns = (part: number) => partitions.owns(part);
    const wakeAfter = (ms: number) => (ms > 0 ? this.loop.wakeAfter(ms) : this.loop.wake());
    const ended = (key: string, interrupted: boolean) => this.queueEnded(key, interrupted);
    const toDelivery = (row: InboxRow) => this.toDelivery(row);
    const window = (this.window = new Window(limit));
    const breaker = (this.breaker = new Breaker(wakeAfter));
    const retry = (this.retry = new Retry({ db, subscription, wakeAfter, log }));
    const isRecovering = () => this.recovery.isPending;
    const shared = { db, subscription, breaker, owns, log };
    const dispatcher = (this.dispatcher = new Dispatcher({ ...shared, isRecovering, ended }));
    this.recovery = new CrashRecovery({ ...shared, dispatcher, retry, window, limit, toDelivery });
    this.loop = new Loop({ name: `subscription ${name}`, turn: () => this.fetch(), pollMs, log });
  }

  start(): void {
    this.db.on(inboxChanged(this.subscription.name), this.onInboxChanged);
    this.partitions.on('gained', this.onGained);
    this.loop.start();
  }

  /** Begins nothing more and waits for the handlers in flight. */
  async stop(): Promise<void> {
    const closed = this.dispatcher.close();
    this.db.off(inboxChanged(this.subscription.name), this.onInboxChanged);
    this.partitions.off('gained', this.onGained);
    await Promise.all([this.loop.stop(), closed]);
  }

  /** See {@link Dispatcher.lagMs}. */
  get lagMs(): number {
    return this.dispatcher.lagMs;
  }

  /** Reads as many inbox rows as there is room for. */
  private async fetch(): Promise<boolean> {
    const { db, breaker, recovery, window, partitions, subscription } = this;
    if (breaker.isPaused) return false;
    if (recovery.isPending) await recovery.run();
    if (recovery.isPending) return false;
    const parts = partitions.mine();
    const room = window.beginFetch(!breaker.isClosed);
    if (room === 0 || parts.length === 0) return false;
    const rows = await fetchWaiting(db, subscription.name, parts, window.seqs, room);
    for (const row of window.endFetch(rows, room)) this.accept(row);
    return false;
  }

  /** Accepts an inbox row pushed by the statement that stored it, so it need not be read back. Returns false if it must be read. */
  private acceptPushed(row: RecordRow, stored: StoredRow): boolean {
    const { seq } = stored;
    if (seq === null) return false;
    if (this.window.has(seq)) return true;
    if (!this.dispatcher.isUndisturbed || !this.window.isCaughtUp || !this.partitions.owns(row.part)) return false;
    this.accept(pushedRow(row, { ...stored, seq }));
    return true;
  }

  private accept(row: InboxRow): void {
    this.window.add(row.seq);
    void this.dispatcher.dispatch({ ...this.toDelivery(row), left: () => this.window.remove(row.seq) });
  }

  private toDelivery(row: InboxRow): Delivery {
    const { message, part, attempts, dueAt } = row;
    const context = { correlationId: message.correlationId, causationId: message.id };
    const unhandled = (error: unknown) => this.unhandled(row, error);
    return { message, part, attempts, dueAt, context, claim: claimRow(row), unhandled };
  }

  /** The row stays in the inbox, unless it is a copy of what was handled, or is dead. */
  private async unhandled(row: InboxRow, error: unknown): Promise<boolean> {
    if (error instanceof NotClaimed) {
      this.outrun.add(row.message.key);
      await discardCopy(this.db, this.subscription.name, row.seq).catch(() => {}); // The next fetch finds it again.
      return false;
    }
    return isUnavailable(error) ? false : this.retry.failed(row, error);
  }

  private queueEnded(key: string, interrupted: boolean): void {
    if (interrupted) this.window.interrupt(key);
    const isOutrun = this.outrun.delete(key);
    if (isOutrun || (this.window.wantsMore && this.dispatcher.isOpen)) this.loop.wake();
  }
}
