import type { PoolClient } from 'pg';
import { DomainError, messageOf, overloaded, type Ids } from '../core';
import { StaleVersion, isTransactionAborted, connectionLost, isPlanStale, worthRepeating } from './sql-errors';
import { limiter, longMs, type Queue } from './concurrency-limiter';
import { NotRun, type Results } from './pipeline';
import {
  SharedTransaction,
  Tx,
  WriteFailed,
  type BatchRow,
  type MessageContext,
  type Raised,
  type Signals,
} from './transaction';
import { staleRowsOf, type Statement, type SqlText } from './statement';

interface Unit {
  work: (tx: Tx) => Promise<unknown>;
  context: MessageContext;
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
  readonly since: number;
  readonly key: string | undefined;
}

/** How a unit of work is queued. */
export interface QueueOptions {
  /** For sheddable work: how long the first sheddable unit of work may have waited in the queue. */
  readonly shedAfterMs?: number | undefined;
  /** What it is about. Units of work with one key never share a transaction and never run at once, so they do not conflict. */
  readonly key?: string | undefined;
}

interface Outcome {
  unit: Unit;
  tx: Tx;
  result?: unknown;
  error?: unknown;
  failed: boolean;
}

interface Options {
  module: string;
  connect: () => Promise<PoolClient>;
  now: () => Date;
  ids: Ids;
  sqlTextFor: (statement: SqlText, rows: readonly object[]) => SqlText;
  committed: (signals: Signals) => void;
}

/**
 * Transactions at once. A second begins only when a whole group waits, or the first takes long: one larger group is
 * cheaper than two.
 */
const concurrentTransactions = 2;
/** Units of work in one transaction at most. */
const groupSize = 64;
const attemptsAlone = 10;
/** At the limiter, requests are so much ahead of what moves messages elsewhere: a client waits for their answer. */
const requestHeadStartMs = 20;

/**
 * Runs units of work, as many as are waiting in one transaction (group commit). It never waits in order to group, so a
 * lone unit pays nothing; under load the commit, the dearest part, is shared by dozens.
 *
 * A unit that fails before it changed anything fails alone. If some fail later, GroupCommit rolls the transaction back, runs the others
 * again together, and each failed unit by itself. When the failure names no unit, each runs by itself.
 */
export class GroupCommit implements Queue {
  private readonly priority: Unit[] = [];
  /** Those that may be refused instead. */
  private readonly sheddable: Unit[] = [];
  private readonly busyKeys = new Set<string>();
  /** When those that are running began. */
  private readonly running = new Set<{ readonly since: number }>();
  private whenIdle: (() => void)[] = [];
  private closed = false;

  constructor(private readonly options: Options) {
    limiter.add(this);
  }

  run<T>(work: (tx: Tx) => Promise<T>, context: MessageContext, { shedAfterMs, key }: QueueOptions = {}): Promise<T> {
    if (this.closed) return Promise.reject(this.asUnavailable(new Error('it is closed')));
    if (shedAfterMs !== undefined && this.lagMs > shedAfterMs) return Promise.reject(overloaded());
    const since = performance.now();
    return new Promise<T>((resolve, reject) => {
      (shedAfterMs === undefined ? this.priority : this.sheddable).push({ work, context, resolve, reject, since, key });
      limiter.open();
    });
  }

  /** Resolves when nothing is queued or running, and nothing will be. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.running.size > 0 || this.waiting > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
    limiter.remove(this);
  }

  get firstSince(): number | undefined {
    if (this.waiting === 0 || !this.mayBegin()) return undefined;
    const [priority, sheddable] = [this.priority.find(this.isFree), this.sheddable.find(this.isFree)];
    if (!sheddable) return priority?.since;
    return Math.min(priority?.since ?? Infinity, sheddable.since - requestHeadStartMs);
  }

  async begin(): Promise<void> {
    const sheddable = this.take(this.sheddable, Math.max(groupSize / 4, groupSize - this.priority.length));
    const units = [...this.take(this.priority, groupSize - sheddable.length), ...sheddable];
    const run = { since: performance.now() };
    this.running.add(run);
    try {
      await this.runGroup(units);
    } finally {
      this.running.delete(run);
      for (const { key } of units) if (key !== undefined) this.busyKeys.delete(key);
      if (this.running.size === 0 && this.waiting === 0) this.whenIdle.splice(0).forEach((idle) => idle());
    }
  }

  /** How long the first sheddable unit has waited whose key is free, in milliseconds. */
  get lagMs(): number {
    const first = this.sheddable.find(this.isFree);
    return first ? performance.now() - first.since : 0;
  }

  private readonly isFree = ({ key }: Unit): boolean => key === undefined || !this.busyKeys.has(key);

  private get waiting(): number {
    return this.priority.length + this.sheddable.length;
  }

  private take(queue: Unit[], count: number): Unit[] {
    const taken: Unit[] = [];
    const left = queue.splice(0).filter((unit) => {
      if (taken.length === count || !this.isFree(unit)) return true;
      if (unit.key !== undefined) this.busyKeys.add(unit.key);
      taken.push(unit);
      return false;
    });
    queue.push(...left);
    return taken;
  }

  private mayBegin(): boolean {
    const [first] = this.running;
    if (!first) return true;
    return (
      this.running.size < concurrentTransactions &&
      (this.waiting >= groupSize || performance.now() - first.since > longMs)
    );
  }

  private async runGroup(units: Unit[]): Promise<void> {
    try {
      for (const outcome of await this.attempt(units)) settle(outcome);
    } catch (error) {
      if (connectionLost(error) || databaseAway(error)) units.forEach((unit) => unit.reject(this.asUnavailable(error)));
      else if (error instanceof UnitsFailed) await this.runApart(units, error.failedUnits);
      else if (units.length === 1 && units[0] && !worthRepeating(error)) units[0].reject(error);
      else for (const unit of units) await this.runAlone(unit);
    }
  }

  /** The innocent together once more, then each of the others by itself. */
  private async runApart(units: Unit[], failedUnits: ReadonlySet<Unit>): Promise<void> {
    const innocent = units.filter((unit) => !failedUnits.has(unit));
    if (innocent.length > 0) await this.runGroup(innocent);
    for (const failed of failedUnits) await this.runAlone(failed);
  }

  private async runAlone(unit: Unit): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.attempt([unit])).forEach(settle);
      } catch (error) {
        if (connectionLost(error) || databaseAway(error)) return unit.reject(this.asUnavailable(error));
        if (!worthRepeating(error) || attempt === attemptsAlone) return unit.reject(error);
      }
    }
  }

  /** One transaction. Gives an outcome per unit when it committed; throws when everything was rolled back. */
  private async attempt(units: Unit[]): Promise<Outcome[]> {
    const client = await this.options.connect();
    let broken: Error | undefined;
    const onError = (error: Error) => (broken = error);
    client.on('error', onError);
    const { now, ids, module, sqlTextFor } = this.options;
    const shared = new SharedTransaction(client, now(), ids, module, sqlTextFor);
    try {
      const outcomes = await Promise.all(units.map((unit) => runUnit(unit, shared))).finally(() => shared.end());
      const { failure } = shared;
      if (connectionLost(failure)) throw failure;
      const failedOutcomes = outcomes.filter(({ failed, tx }) => failed && (tx.changed || failure !== undefined));
      if (units.length > 1 && failedOutcomes.length > 0) throw failureOf(failedOutcomes);
      if (failedOutcomes[0])
        throw isTransactionAborted(failedOutcomes[0].error)
          ? (failure ?? failedOutcomes[0].error)
          : failedOutcomes[0].error;
      const kept = outcomes.filter(({ failed }) => !failed);
      const writes = writesOf(kept);
      const results = await shared.commit(writes).catch((error: unknown) => {
        throw error instanceof WriteFailed ? whyNotWritten(error, writes, units) : error;
      });
      const signals = signalsOf(kept, writes, results);
      // In a microtask of its own: a listener that throws must not make this attempt look as if it had not committed.
      queueMicrotask(() => this.options.committed(signals));
      return outcomes;
    } catch (error) {
      if (connectionLost(error)) broken ??= error as Error;
      else if (isPlanStale(shared.failure)) broken ??= shared.failure as Error;
      else await shared.rollback().catch((rollback: Error) => (broken = rollback));
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  private asUnavailable(error: unknown): unknown {
    if (error instanceof DomainError) return error;
    return new DomainError(
      'database.unavailable',
      'unavailable',
      `The ${this.options.module} database does not answer: ${messageOf(error)}`,
    );
  }
}

/** Some units have failed after they had changed something, or the transaction with them. */
class UnitsFailed extends Error {
  constructor(readonly failedUnits: ReadonlySet<Unit>) {
    super('units of work have failed');
  }
}

/** Units whose statements were not run, because another unit's had failed before, are not to blame. */
function failureOf(failedOutcomes: readonly Outcome[]): Error {
  const failedUnits = failedOutcomes.filter(({ error }) => !isTransactionAborted(error));
  return failedUnits.length > 0 ? new UnitsFailed(new Set(failedUnits.map(({ unit }) => unit))) : new NotRun();
}

/** Where rows were not as they had been read, the units that deferred these rows are to blame. */
function whyNotWritten({ n, cause }: WriteFailed, writes: readonly Write[], { length }: readonly Unit[]): unknown {
  const write = writes[n];
  const stale = write && staleRowsOf(cause);
  if (!stale) return cause;
  return length > 1
    ? new UnitsFailed(new Set(stale.flatMap((row) => write.units[row] ?? [])))
    : new StaleVersion('what was read');
}

async function runUnit(unit: Unit, shared: SharedTransaction): Promise<Outcome> {
  const tx = new Tx(shared, unit.context);
  try {
    return { unit, tx, result: await unit.work(tx), failed: false };
  } catch (error) {
    return { unit, tx, error, failed: true };
  }
}

interface Write {
  readonly statement: Statement<object>;
  readonly rows: BatchRow[];
  /** Whose the rows are. */
  readonly units: Unit[];
}

/** The deferred writes of the units, by statement, each in the order in which it was deferred. */
function writesOf(outcomes: readonly Outcome[]): Write[] {
  const writes = new Map<Statement<object>, Write>();
  const deferred = outcomes.flatMap(({ unit, tx }) => tx.deferred.map((each) => ({ each, unit })));
  if (outcomes.length > 1) deferred.sort((one, other) => one.each.place - other.each.place);
  for (const { each, unit } of deferred) {
    const { statement } = each;
    const write = writes.get(statement) ?? { statement, rows: [], units: [] };
    writes.set(statement, write);
    write.rows.push(each);
    write.units.push(unit);
  }
  return [...writes.values()].sort((one, other) => one.statement.place - other.statement.place);
}

/** What the units have raised, and what the writes have: their result rows with a `signal`. */
function signalsOf(kept: readonly Outcome[], writes: readonly Write[], results: readonly Results[]): Signals {
  const signals: Signals = new Map();
  const raise = (signal: string, raised: Raised) => {
    const same = signals.get(signal);
    if (same) same.push(raised);
    else signals.set(signal, [raised]);
  };
  for (const name of kept.flatMap(({ tx }) => [...tx.signals])) raise(name, {});
  for (const [i, { rows }] of writes.entries()) {
    const { rows: found, indices } = results[i]!;
    for (const [j, result] of found.entries()) {
      const { signal } = result as { signal?: string };
      if (signal) raise(signal, { row: rows[indices[j] ?? -1]?.row, result });
    }
  }
  return signals;
}

function databaseAway(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'database.unavailable';
}

function settle({ unit, failed, result, error }: Outcome): void {
  if (failed) unit.reject(error);
  else unit.resolve(result as never);
}
