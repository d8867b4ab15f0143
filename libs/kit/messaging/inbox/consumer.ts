import { InFlight, UnreadableMessage, messageOf, toStorable, type Log, Loop } from '../../core';
import type { Subscription } from '../ports/subscription';
import type { Database, Raised, Tx } from '../../postgres';
import { InlineDispatch } from './inline-dispatch';
import {
  claim,
  clearBlock,
  countCrash,
  discardCopy,
  fail,
  fetchWaiting,
  forgiveCrash,
  type Waiting,
} from './consumer.sql';
import { Effects, AlreadyHandled, systemic } from './effects';
import { inboxChanged } from './inbox';
import type { Partitions } from '../leases/partitions';
import type { InboxRow, RecordRow } from '../outbox/send';

/** Messages of one subscription in memory at most. */
const windowSize = 256;
const pollMs = 1_000;
const attemptsByDefault = 8;
const crashesAllowed = 5;
/** Waiting for somebody outside costs memory only, and those who wait long must not use up the places of those who do not. */
const outsideByDefault = 1_000;
const firstRetryMs = 200;
const longestRetryMs = 60_000;
const firstPauseMs = 200;
const longestPauseMs = 10_000;

/**
 * Handles the inbox of one subscription: messages of different keys side by side, those of one key one at a time and in order.
 *
 * Exactly once: the handler's own transaction moves the message from `inbox` to `handled`. What need not be stored first is handled by
 * {@link InlineDispatch}. A message that fails blocks its key until the next attempt, and after the last one it goes to the dead letters and its key stays blocked (`park-key`).
 * When the database or a dependency is away nothing is counted: the subscription pauses.
 *
 * A crash counts too. What was in flight when an instance died is handled one by one by its successor, each start
 * counted before the handler runs, so that a message that kills its process is found and put aside.
 */
export class Consumer {
  private readonly loop: Loop;
  /** Per key, what is in memory; the first of each line is being handled. */
  private readonly lines = new Map<string, Waiting[]>();
  private readonly inMemory = new Set<number>();
  /** Keys whose line broke off during the look under way: what it sees of them may leave out their first. */
  private readonly brokenOff = new Set<string>();
  /** Partitions whose owner crashed, until what it may have had in flight is dealt with. */
  private inherited: number[] = [];
  /** Somebody else has had a message that was in memory here: the table knows what became of it, and what is next. */
  private lookAgain = false;
  private readonly running = new InFlight();
  private stopping = false;
  /** Whether the last look left something behind. */
  private more = false;
  private readonly effects: Effects;
  /** Handles what is not stored; undefined where handlers go outside: whoever brought it would wait for somebody there. */
  readonly inlineDispatch: InlineDispatch | undefined;
  /** The breaker: systemic failures in a row, and when to probe again. */
  private outages = 0;
  private pausedUntil = 0;
  /** What was taken into memory since the last look began: it may come by the other road, too, and be handled by then. */
  private readonly taken = new Set<number>();
  private readonly hear = (raised: readonly Raised[] = []) => {
    const left = raised.filter(({ row, result }) => !row || !this.takeOver(row as RecordRow, result as InboxRow));
    if (left.length > 0 || raised.length === 0) this.loop.wake();
  };
  private readonly onGained = (taken: { part: number; crashed: boolean }[]) => {
    this.inherited.push(...taken.filter(({ crashed }) => crashed).map(({ part }) => part));
    this.loop.wake();
  };

  constructor(
    private readonly db: Database,
    private readonly partitions: Partitions,
    private readonly subscription: Subscription,
    private readonly log: Log,
  ) {
    const effects = (this.effects = new Effects(db, subscription));
    const isFree = (part: number, key: string) => this.isFree(part, key);
    const { name, handle } = subscription;
    if ('inside' in handle)
      this.inlineDispatch = new InlineDispatch({ db, subscription: name, inside: handle.inside, effects, isFree, log });
    const turn = () => this.fill();
    this.loop = new Loop({ name: `subscription ${subscription.name}`, turn, pollMs, log });
  }

  start(): void {
    this.db.on(inboxChanged(this.subscription.name), this.hear);
    this.partitions.on('gained', this.onGained);
    this.loop.start();
  }

  /** Starts nothing more and waits for what is running. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.db.off(inboxChanged(this.subscription.name), this.hear);
    this.partitions.off('gained', this.onGained);
    await this.loop.stop();
    await Promise.all([this.running.idle(), this.inlineDispatch?.stop()]);
  }

  /** How long the oldest message waits that could be handled now, in milliseconds. A second attempt has no hurry. */
  get lagMs(): number {
    return this.effects.lagMs;
  }

  private isFree(part: number, key: string): boolean {
    const isUsual = !this.stopping && this.outages === 0 && this.inherited.length === 0;
    return isUsual && this.partitions.owns(part) && !this.lines.has(key);
  }

  private get limit(): number {
    return 'outside' in this.subscription.handle ? (this.subscription.concurrency ?? outsideByDefault) : windowSize;
  }

  /** Reads what waits, as far as there is room, and starts every line that stands still. */
  private async fill(): Promise<boolean> {
    if (performance.now() < this.pausedUntil) return false;
    if (this.inherited.length > 0) await this.handleInherited([...this.inherited]);
    // Nothing begins that is not counted while something may be the death of us.
    if (this.inherited.length > 0) return false;
    const room = this.outages > 0 ? 1 - this.inMemory.size : this.limit - this.inMemory.size;
    const parts = this.partitions.mine();
    this.more = room <= 0;
    if (room <= 0 || parts.length === 0) return false;
    this.brokenOff.clear();
    this.taken.clear();
    const rows = await fetchWaiting(this.db, this.subscription.name, parts, [...this.inMemory], room);
    this.more = rows.length === room;
    rows
      .filter(({ seq, message }) => !this.taken.has(seq) && !this.brokenOff.has(message.key))
      .forEach((row) => this.enqueue(row));
    return false;
  }

  /** Takes a letter as its sender has written it, without reading it from the inbox; false when it has to wait there. */
  private takeOver(row: RecordRow, { seq, producer, keyVersion, recordedAt }: InboxRow): boolean {
    const { messageId: id, part, type, version, key, correlationId, causationId } = row;
    if (seq !== null && (this.inMemory.has(seq) || this.taken.has(seq))) return true;
    const caughtUp = !this.stopping && !this.more && this.inherited.length === 0 && this.outages === 0;
    if (seq === null || !caughtUp || this.inMemory.size >= this.limit || !this.partitions.owns(part)) return false;
    // A copy, as the database would give it: its sender may still have its hands on it.
    const data = JSON.parse(JSON.stringify(row.data)) as unknown;
    const said = { id, producer, type, version, key, keyVersion, data, correlationId, causationId };
    const message = { ...said, recordedAt: recordedAt.toISOString() };
    this.enqueue({ seq, part, attempts: 0, crashes: 0, dueAt: performance.now(), message });
    return true;
  }

  private enqueue(row: Waiting): void {
    this.inMemory.add(row.seq);
    this.taken.add(row.seq);
    const line = this.lines.get(row.message.key);
    if (line) line.push(row);
    else {
      this.lines.set(row.message.key, [row]);
      if (row.attempts === 0) this.effects.expect(row);
      void this.running.track(this.workOff(row.message.key));
    }
  }

  private async workOff(key: string): Promise<void> {
    const line = this.lines.get(key) ?? [];
    for (let row = line[0]; row; row = line[0]) {
      if (this.stopping || !this.partitions.owns(row.part) || !(await this.handle(row))) break;
      line.shift();
      this.forget(row);
    }
    for (const row of line) this.forget(row);
    if (line.length > 0) this.brokenOff.add(key);
    this.lines.delete(key);
    const hasRoom = this.more && !this.stopping && this.inMemory.size <= this.limit / 2;
    if (hasRoom || this.lookAgain) this.loop.wake();
    this.lookAgain = false;
  }

  private forget(row: Waiting): void {
    this.inMemory.delete(row.seq);
    this.effects.forget(row);
  }

  /** Whether the message is done with, and the next of its key may follow. */
  private async handle(row: Waiting): Promise<boolean> {
    let isTaken = false;
    try {
      await this.attempt(row).catch(async (error: unknown) => {
        if (!(error instanceof AlreadyHandled)) throw error;
        isTaken = true;
        await discardCopy(this.db, this.subscription.name, row.seq);
      });
    } catch (error) {
      return await this.failed(row, error);
    }
    if (this.outages > 0) this.resume();
    this.lookAgain ||= isTaken;
    return !isTaken;
  }

  private async attempt(row: Waiting): Promise<void> {
    const { name: subscription, handle } = this.subscription;
    const message = this.effects.read(row.message);
    if ('outside' in handle) this.effects.forget(row);
    const work =
      'inside' in handle
        ? (tx: Tx) => handle.inside(message.data, tx, message)
        : await handle.outside(message.data, message);
    await this.effects.take(row, { correlationId: message.correlationId, causationId: message.id }, (tx) => {
      if (row.attempts > 0) tx.defer(clearBlock, { subscription, key: message.key });
      return [tx.one(claim, { subscription, seq: row.seq }), work(tx)];
    });
  }

  private async failed(row: Waiting, error: unknown): Promise<boolean> {
    const facts = {
      err: error,
      subscription: this.subscription.name,
      messageId: row.message.id,
      type: row.message.type,
      key: row.message.key,
      correlationId: row.message.correlationId,
    };
    if (systemic(error)) {
      this.log.warn(facts, `${this.subscription.name} pauses: ${messageOf(error)}`);
      this.pause();
      return false;
    }
    const attempts = row.attempts + 1;
    const dead = error instanceof UnreadableMessage || attempts >= (this.subscription.attempts ?? attemptsByDefault);
    const waitMs = Math.random() * Math.min(longestRetryMs, firstRetryMs * 2 ** attempts);
    if (dead)
      this.log.error(
        facts,
        `${row.message.type} is dead after ${attempts} attempts; see the dead letters of ${this.subscription.name}`,
      );
    else this.log.warn(facts, `attempt ${attempts} failed, next in ${Math.round(waitMs)} ms: ${messageOf(error)}`);
    const message = toStorable(messageOf(error));
    return this.recordFailure(row, { dead, waitMs, error: { attempt: attempts, message } });
  }

  private async recordFailure(
    row: Waiting,
    failure: { dead: boolean; waitMs: number; error: object },
  ): Promise<boolean> {
    const skip = failure.dead && this.subscription.whenDead === 'skip';
    try {
      await fail(this.db, {
        ...failure,
        subscription: this.subscription.name,
        seq: row.seq,
        key: row.message.key,
        block: !skip,
      });
    } catch (error) {
      this.log.warn({ err: error, messageId: row.message.id }, `could not note the failure: ${messageOf(error)}`);
    }
    if (!failure.dead) this.loop.wakeAfter(failure.waitMs + 1);
    return skip;
  }

  /** Opens the breaker; when the pause is over, one message probes whether the world is back. */
  private pause(): void {
    const now = performance.now();
    if (now < this.pausedUntil) return;
    const pauseMs = Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** ++this.outages);
    this.pausedUntil = now + pauseMs;
    this.loop.wakeAfter(pauseMs + 1);
  }

  private resume(): void {
    this.outages = 0;
    this.loop.wake();
  }

  /**
   * After a crash: what may have been in flight runs one by one, each start counted before it, so that dying counts; and surviving does not.
   * What it has in memory itself comes first, and its keys wait.
   */
  private async handleInherited(parts: readonly number[]): Promise<void> {
    const blocked = new Set(this.lines.keys());
    const rows = await fetchWaiting(this.db, this.subscription.name, [...parts], [...this.inMemory], this.limit);
    for (const row of rows) {
      if (this.stopping) return;
      if (blocked.has(row.message.key) || !this.partitions.owns(row.part)) continue;
      if (row.crashes >= crashesAllowed) {
        const error = { attempt: row.attempts, message: `the process died ${row.crashes} times while handling it` };
        if (!(await this.recordFailure(row, { dead: true, waitMs: 0, error }))) blocked.add(row.message.key);
        continue;
      }
      await countCrash(this.db, this.subscription.name, row.seq);
      if (await this.handle(row)) continue;
      blocked.add(row.message.key);
      await forgiveCrash(this.db, this.subscription.name, row.seq);
      if (this.outages > 0) return;
    }
    this.inherited = this.inherited.filter((part) => !parts.includes(part));
  }
}
