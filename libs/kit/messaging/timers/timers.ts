import { type Log, Loop } from '../../core';
import type { Database, Raised, Tx } from '../../postgres';
import type { Delivery } from '../inbox/delivery';
import type { Dispatcher } from '../inbox/dispatcher';
import type { Partitions } from '../leases/partitions';
import { send } from '../outbox/send';
import { timerPollMs, timersChanged, type TimerRow, type TimerSet } from './schedule';
import { claimTimer, fetchTimers, type Timer } from './timers.sql';

/** Timers in flight at most. */
const batchSize = 256;

/**
 * Fires timers that are due. A timer whose message only one subscription of this module wants is offered to its dispatcher, which handles it in
 * the transaction that deletes the timer. Otherwise, and when it is not taken or not handled, it becomes a message: retries, dead letters
 * and the counting of crashes are the inbox's.
 */
export class Timers {
  private readonly loop: Loop;
  /** Timers in flight, each by its type and key. */
  private readonly inFlight = new Set<string>();
  /** Whether the last fetch left timers behind because of those in flight. */
  private isBehind = false;
  /** Timers that were fired since the last fetch began: its result may still show them. */
  private readonly fired = new Set<string>();
  /** Partitions of an instance that crashed: a timer that it was handling may have killed it. */
  private readonly inherited = new Set<number>();
  private stopped = false;
  private readonly onTimersChanged = (raised: readonly Raised[] = []) => {
    for (const { row, result } of raised) this.expect(timerOf(row as TimerRow, result as TimerSet));
    if (raised.length === 0) this.loop.wake();
  };
  private readonly onGained = (gained: { part: number; crashed: boolean }[]) => {
    for (const { part, crashed } of gained) if (crashed) this.inherited.add(part);
    this.loop.wake();
  };

  /** @param dispatcherOf the dispatcher of the only subscription that wants messages of this type; undefined when there are several. */
  constructor(
    private readonly db: Database,
    private readonly partitions: Partitions,
    private readonly dispatcherOf: (type: string) => Dispatcher | undefined,
    log: Log,
  ) {
    this.loop = new Loop({ name: `${db.module} timers`, turn: () => this.fireDue(), pollMs: timerPollMs, log });
  }

  start(): void {
    this.db.on(timersChanged, this.onTimersChanged);
    this.partitions.on('gained', this.onGained);
    this.loop.start();
  }

  /** Fires no more timers. Those in flight are waited for by their dispatchers. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.db.off(timersChanged, this.onTimersChanged);
    this.partitions.off('gained', this.onGained);
    await this.loop.stop();
  }

  private async fireDue(): Promise<boolean> {
    const parts = this.partitions.mine();
    if (parts.length === 0) return false;
    this.isBehind = this.inFlight.size >= batchSize;
    if (this.isBehind) return false;
    this.fired.clear();
    const found = await fetchTimers(this.db, parts, batchSize);
    const toSend: Timer[] = [];
    for (const timer of found.filter((timer) => !this.fired.has(versionOf(timer)))) {
      if (timer.inMs >= timerPollMs) continue; // A later poll finds it.
      if (timer.inMs > 0) this.loop.wakeAfter(Math.ceil(timer.inMs));
      else if (this.inFlight.has(nameOf(timer))) this.isBehind = true;
      else if (this.inherited.has(timer.part) || !this.fire(timer)) toSend.push(timer);
    }
    if (toSend.length > 0) await this.send(toSend);
    if (found.length < batchSize) this.inherited.clear();
    return toSend.length >= batchSize;
  }

  /** Fires a timer that was set here and is due soon without a fetch. Node's clock may be a millisecond ahead. */
  private expect(timer: Timer): void {
    const fire = () => {
      if (this.stopped || !this.partitions.owns(timer.part)) return;
      const isUsual =
        this.inFlight.size < batchSize && !this.inFlight.has(nameOf(timer)) && !this.inherited.has(timer.part);
      if (!isUsual || !this.fire({ ...timer, inMs: 0 })) this.loop.wake();
    };
    setTimeout(fire, Math.ceil(timer.inMs) + 1).unref();
  }

  /** @returns whether a dispatcher has taken it. */
  private fire(timer: Timer): boolean {
    const handled = this.dispatcherOf(timer.type)?.offer(this.deliveryOf(timer));
    if (!handled) return false;
    this.inFlight.add(nameOf(timer));
    void handled.finally(() => {
      this.inFlight.delete(nameOf(timer));
      this.fired.add(versionOf(timer));
      if (this.isBehind) this.loop.wake();
    });
    return true;
  }

  /** A timer: when it is not handled it becomes a message, and when that fails, too, the timer is still there. */
  private deliveryOf(timer: Timer): Delivery {
    const { type, version, key, part, data, dueAt, inMs, context } = timer;
    const [id, producer] = [this.db.ids.uuid(), this.db.module];
    const recordedAt = new Date(dueAt).toISOString();
    const message = { id, producer, type, version, key, keyVersion: 0, data, ...context, recordedAt };
    const claim = (tx: Tx, subscription: string) => tx.one(claimTimer, { type, key, dueAt, subscription });
    const unhandled = async () => {
      await this.send([timer]).catch(() => {}); // The next fetch finds it.
      return true;
    };
    return { message, part, attempts: 0, dueAt: performance.now() + inMs, context, claim, unhandled };
  }

  /** One transaction deletes the timers and records their messages. */
  private send(timers: readonly Timer[]): Promise<void> {
    return this.db.transaction(async (tx) => {
      const sendOne = async ({ type, version, key, data, context, dueAt }: Timer) => {
        const claimed = await tx.one(claimTimer, { type, key, dueAt, subscription: null });
        if (claimed) send(tx, { type, version, key, data }, { context });
      };
      await Promise.all(timers.map(sendOne));
    });
  }
}

/** The timer as {@link fetchTimers} would read it: with a copy of the data, since the sender may still change its own. */
function timerOf({ afterMs, correlationId, causationId, data, ...row }: TimerRow, { dueAt }: TimerSet): Timer {
  const context = { correlationId, causationId };
  return { ...row, data: JSON.parse(JSON.stringify(data)) as unknown, context, dueAt, inMs: afterMs };
}

const nameOf = ({ type, key }: Timer) => `${type} ${key}`;
const versionOf = (timer: Timer) => `${nameOf(timer)} ${timer.dueAt}`;
