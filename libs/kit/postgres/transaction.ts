import type { PoolClient } from 'pg';
import type { Ids } from '../core';
import { NotRun, executePipelined, type Answer, type Results, type Step } from './pipeline';
import { named, type Statement, type SqlText } from './statement';
import type { EncodedRow } from './typed-arrays';

/** What a unit of work is part of: carried into every message that it sends and every log line that it writes. */
export interface MessageContext {
  /** One for everything that follows from one request. */
  readonly correlationId: string;
  /** The message being handled, if any. */
  readonly causationId: string | null;
}

/** What was raised by a commit: each signal, once for each unit of work and each result row that has raised it. */
export type Signals = Map<string, Raised[]>;

/** The row that was deferred and what its statement gave for it, where a signal came of one. */
export interface Raised {
  readonly row?: object | undefined;
  readonly result?: object;
}

const begin: Step = { sqlText: named('BEGIN') };
const commit: Step = { sqlText: named('COMMIT') };

/** The statements of all units of work that share one database transaction, gathered into as few round trips as possible. */
export class SharedTransaction {
  private waiting = new Map<Statement<object>, Call[]>();
  private sending: Promise<void> | undefined;
  private begun = false;
  private firstFailure: unknown;
  private over = false;
  private deferred = 0;

  constructor(
    private readonly client: PoolClient,
    readonly now: Date,
    readonly ids: Ids,
    readonly module: string,
    private readonly sqlTextFor: (statement: SqlText, rows: readonly object[]) => SqlText,
  ) {}

  /** Refuses further calls: a unit of work that has failed may have left promises behind that still go on. */
  end(): void {
    this.over = true;
  }

  /** The place of what is deferred next, among all that is deferred. */
  nextPlace(): number {
    return this.deferred++;
  }

  call(statement: Statement<object>, row: object): Promise<object[]> {
    if (this.over) return Promise.reject(new Error('the transaction is over'));
    return new Promise((resolve, reject) => {
      const call = { row, encoded: statement.input.encode(row), resolve, reject };
      const calls = this.waiting.get(statement);
      if (calls) calls.push(call);
      else this.waiting.set(statement, [call]);
      this.sending ??= this.sendSoon();
    });
  }

  /** Sends when every unit of work that can run has run as far as it can: then all their calls are known. */
  private async sendSoon(): Promise<void> {
    await new Promise<void>((resolve) => void Promise.resolve().then(() => process.nextTick(resolve)));
    const batch = [...this.waiting];
    this.waiting = new Map();
    this.sending = undefined;
    try {
      if (this.over) throw new Error('the transaction is over');
      if (this.failure !== undefined) throw new NotRun();
      const answers = await this.executePipelined(batch.map(([statement, calls]) => this.step(statement, calls)));
      for (const [n, [, calls]] of batch.entries()) giveOut(answers[n]!, calls);
    } catch (error) {
      for (const [, calls] of batch) for (const { reject } of calls) reject(error);
    }
  }

  /** Why the first statement failed that did, and the transaction with it. */
  get failure(): unknown {
    return this.firstFailure;
  }

  /**
   * Writes what is left to write, and commits: one round trip.
   * @returns the result rows of each write.
   * @throws {WriteFailed} @throws when it did not commit.
   */
  async commit(
    writes: readonly { statement: Statement<object>; rows: readonly BatchRow[] }[],
  ): Promise<readonly Results[]> {
    if (!this.begun && writes.length === 0) return [];
    const answers = await this.executePipelined([
      ...writes.map(({ statement, rows }) => this.step(statement, rows)),
      commit,
    ]);
    const results = answers.map((answer, n) => {
      if ('error' in answer) throw n < writes.length ? new WriteFailed(n, answer.error) : answer.error;
      return answer;
    });
    // Postgres answers COMMIT with ROLLBACK, and no error, when a statement had failed before.
    const { tag } = answers.at(-1) as Extract<Answer, { tag: string }>;
    if (tag !== 'COMMIT') throw new Error('the transaction had already failed and was rolled back');
    return results;
  }

  async rollback(): Promise<void> {
    if (this.begun) await this.client.query('ROLLBACK');
  }

  private async executePipelined(steps: Step[]): Promise<readonly Answer[]> {
    if (this.begun) return this.note(await executePipelined(this.client, steps));
    this.begun = true;
    const [begun, ...answers] = await executePipelined(this.client, [begin, ...steps]);
    if ('error' in begun!) answers[0] = begun;
    return this.note(answers);
  }

  private note(answers: readonly Answer[]): readonly Answer[] {
    const failed = answers.find((answer) => 'error' in answer);
    this.firstFailure ??= failed?.error;
    return answers;
  }

  private step(statement: Statement<object>, batch: readonly BatchRow[]): Step {
    const sqlText = this.sqlTextFor(
      statement,
      batch.map(({ row }) => row),
    );
    return { sqlText, values: statement.input.bind(batch.map(({ encoded }) => encoded)) };
  }
}

/** The nth of the last writes failed. */
export class WriteFailed extends Error {
  constructor(
    readonly n: number,
    override readonly cause: unknown,
  ) {
    super('a write has failed');
  }
}

/** Resolves each call with the rows that answer its own, or rejects it with the failure. */
function giveOut(answer: Answer, calls: readonly Call[]): void {
  if ('error' in answer) return calls.forEach(({ reject }) => reject(answer.error));
  const own: object[][] = calls.map(() => []);
  for (const [i, row] of answer.rows.entries()) own[answer.indices[i] ?? -1]?.push(row);
  calls.forEach(({ resolve }, i) => resolve(own[i] ?? []));
}

/** A row of a batch, as the caller gave it and as it travels. */
export interface BatchRow {
  readonly row: object;
  readonly encoded: EncodedRow;
}

/** What is to be written just before the commit. */
export interface DeferredWrite extends BatchRow {
  readonly statement: Statement<object>;
  readonly place: number;
}

interface Call extends BatchRow {
  resolve: (results: object[]) => void;
  reject: (error: unknown) => void;
}

/**
 * A unit of work's view of its transaction. Everything done through it commits together, or not at all.
 * Other units of work may share the database transaction: never wait here for anything but the database.
 */
export class Tx {
  /** Whether this unit of work may have changed data. */
  changed = false;
  readonly deferred: DeferredWrite[] = [];
  readonly signals = new Set<string>();
  private mayChange: Promise<unknown> | undefined;

  constructor(
    private readonly shared: SharedTransaction,
    readonly context: MessageContext,
  ) {}

  /** The moment this unit of work began, by this process's clock. */
  get now(): Date {
    return this.shared.now;
  }

  get ids(): Ids {
    return this.shared.ids;
  }

  /** The module whose database this is. */
  get module(): string {
    return this.shared.module;
  }

  /** Runs the statement for this row, in one round trip with all units of work that call it now; gives this row's results. */
  async run<Row extends object, Result extends object>(statement: Statement<Row, Result>, row: Row): Promise<Result[]> {
    if (statement.changes) {
      await this.mayChange;
      this.changed = true;
    }
    return (await this.shared.call(statement as unknown as Statement<object>, row)) as Result[];
  }

  /** As `run`, for statements that give at most one result per row. */
  async one<Row extends object, Result extends object>(
    statement: Statement<Row, Result>,
    row: Row,
  ): Promise<Result | undefined> {
    return (await this.run(statement, row))[0];
  }

  /**
   * Defers a write to just before the commit: it is sent together with those of all units of work that share the transaction, if this one
   * succeeds. Rows of one statement are written in the order in which they were deferred, so a unit of work that has read another's change
   * is written after it. Result rows that have a `signal` raise it, as {@link signal} does, and come along with it.
   */
  defer<Row extends object>(statement: Statement<Row, object>, row: Row): void {
    const encoded = statement.input.encode(row);
    const place = this.shared.nextPlace();
    this.deferred.push({ statement: statement as unknown as Statement<object>, row, encoded, place });
  }

  /** Tells listeners of `Database.on(signal)` once this has committed. */
  signal(name: string): void {
    this.signals.add(name);
  }

  /** Defers writes until `until` resolves; reads run at once. If `until` rejects, later writes reject with the same error. */
  deferWritesUntil(until: Promise<unknown>): void {
    until.catch(() => {}); // The unit of work may write nothing.
    this.mayChange = until;
  }

  /** Discards deferred writes and pending signals. */
  discard(): void {
    this.deferred.length = 0;
    this.signals.clear();
  }
}
