import type { Database, Raised } from '../../postgres';
import { type Log, Loop } from '../../core';
import type { InlineDispatch } from '../inbox/inline-dispatch';
import type { Partitions } from '../leases/partitions';
import { lookForTimersMs, send, timerSet, type TimeSet, type TimerRow } from '../outbox/send';
import { lookForTimers, takeTimer, type Timer } from './timers.sql';

/** Timers in hand at most. */
const batchSize = 256;

/**
 * Does what timers hold when their time has come. What is for one subscription of this module only is handled at once, in the transaction
 * that takes the timer away. Otherwise, and when anything is in the way, it becomes a message, which is tried again, blocks its key, counts
 * crashes and dies as any other.
 */
export class Timers {
  private readonly loop: Loop;
  /** Being handled, each by its type and key. */
  private readonly inHand = new Set<string>();
  private passedOver = false;
  /** Done with since the last look began: it may still see them. */
  private readonly done = new Set<string>();
  /** Partitions whose owner crashed: perhaps of what a timer holds. */
  private readonly inherited = new Set<number>();
  private stopped = false;
  private readonly hear = (raised: readonly Raised[] = []) => {
    for (const { row, result } of raised) this.expect(timerOf(row as TimerRow, result as TimeSet));
    if (raised.length === 0) this.loop.wake();
  };
  private readonly onGained = (gained: { part: number; crashed: boolean }[]) => {
    for (const { part, crashed } of gained) if (crashed) this.inherited.add(part);
    this.loop.wake();
  };

  /** @param handlerOf who alone wants what timers of this type hold, and can handle it at once. */
  constructor(
    private readonly db: Database,
    private readonly partitions: Partitions,
    private readonly handlerOf: (type: string) => InlineDispatch | undefined,
    log: Log,
  ) {
    this.loop = new Loop({ name: `${db.module} timers`, turn: () => this.fire(), pollMs: lookForTimersMs, log });
  }

  start(): void {
    this.db.on(timerSet, this.hear);
    this.partitions.on('gained', this.onGained);
    this.loop.start();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.db.off(timerSet, this.hear);
    this.partitions.off('gained', this.onGained);
    await this.loop.stop();
  }

  private async fire(): Promise<boolean> {
    const parts = this.partitions.mine();
    if (parts.length === 0) return false;
    const room = batchSize - this.inHand.size;
    this.passedOver = room <= 0;
    if (room <= 0) return false;
    this.done.clear();
    const seen = await lookForTimers(this.db, parts, batchSize);
    const toSend: Timer[] = [];
    for (const timer of seen.filter((timer) => !this.done.has(ringOf(timer)))) {
      // What is due later is seen by a later look.
      if (timer.inMs >= lookForTimersMs) continue;
      if (timer.inMs > 0) this.loop.wakeAfter(Math.ceil(timer.inMs));
      else if (this.inHand.has(nameOf(timer))) this.passedOver = true;
      else if (this.inherited.has(timer.part)) toSend.push(timer);
      else if (!this.ring(timer)) toSend.push(timer);
    }
    if (toSend.length > 0) await this.send(toSend);
    if (seen.length < batchSize) this.inherited.clear();
    return toSend.length >= batchSize;
  }

  /** Nobody need look for what was set here and is due soon. Node's clock may be a millisecond ahead. */
  private expect(timer: Timer): void {
    setTimeout(() => this.attend(timer), Math.ceil(timer.inMs) + 1).unref();
  }

  private attend(timer: Timer): void {
    if (this.stopped || !this.partitions.owns(timer.part)) return;
    const isUsual = this.inHand.size < batchSize && !this.inHand.has(nameOf(timer)) && !this.inherited.has(timer.part);
    if (!isUsual || !this.ring({ ...timer, inMs: 0 })) this.loop.wake();
  }

  /** Has it handled; false when nobody can. */
  private ring(timer: Timer): boolean {
    const handler = this.handlerOf(timer.type);
    if (!handler?.isFree(timer)) return false;
    this.inHand.add(nameOf(timer));
    void this.handle(timer, handler).finally(() => {
      this.inHand.delete(nameOf(timer));
      this.done.add(ringOf(timer));
      if (this.passedOver) this.loop.wake();
    });
    return true;
  }

  private async handle(timer: Timer, handler: InlineDispatch): Promise<void> {
    if (await handler.ring(timer)) return;
    await this.send([timer]).catch(() => {}); // It is still there, and is seen at the next look.
  }

  /** One transaction takes the timers away and records their messages. */
  private send(timers: readonly Timer[]): Promise<void> {
    return this.db.transaction(async (tx) => {
      const sendOne = async ({ type, version, key, data, context, dueAt }: Timer) => {
        const taken = await tx.one(takeTimer, { type, key, dueAt, subscription: null });
        if (taken) send(tx, { type, version, key, data }, { context });
      };
      await Promise.all(timers.map(sendOne));
    });
  }
}

/** A copy, as the database would give it: who has set it may still have its hands on it. */
function timerOf({ afterMs, correlationId, causationId, data, ...row }: TimerRow, { dueAt }: TimeSet): Timer {
  const context = { correlationId, causationId };
  return { ...row, data: JSON.parse(JSON.stringify(data)) as unknown, context, dueAt, inMs: afterMs };
}

const nameOf = ({ type, key }: Timer) => `${type} ${key}`;
const ringOf = (timer: Timer) => `${nameOf(timer)} ${timer.dueAt}`;
