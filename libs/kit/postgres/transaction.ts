import type { Writable } from 'node:stream';
import type { PoolClient } from 'pg';
import type { Ids } from '../core';
import type { Statement, Wording } from './statement';

/** What a unit of work is part of: carried into every message and log line that comes of it. */
export interface Story {
  /** One for everything that follows from one request. */
  readonly correlationId: string;
  /** The message being handled, if any. */
  readonly causationId: string | null;
}

type Numbered = { n: number };

/** What was raised by a commit: each signal, once for each time it was raised. */
export type Signals = Map<string, Raised[]>;

/** The row that was collected and what its statement gave for it, where a signal came of one. */
export interface Raised {
  readonly row?: object | undefined;
  readonly result?: object;
}

/** The statements of all units of work that share one database transaction, gathered into as few round trips as possible. */
export class SharedTransaction {
  private waiting = new Map<Statement<object>, Call[]>();
  private sending: Promise<void> | undefined;
  private over = false;

  constructor(
    readonly client: PoolClient,
    readonly now: Date,
    readonly ids: Ids,
    readonly module: string,
    private readonly wordingOf: (statement: Wording) => Wording,
  ) {}

  /** From here on only `rows` is heard. A unit that has failed may have left something behind that still goes on. */
  end(): void {
    this.over = true;
  }

  call(statement: Statement<object>, row: object): Promise<object[]> {
    if (this.over) return Promise.reject(new Error('the transaction is over'));
    return new Promise((resolve, reject) => {
      const calls = this.waiting.get(statement);
      if (calls) calls.push({ row, resolve, reject });
      else this.waiting.set(statement, [{ row, resolve, reject }]);
      this.sending ??= this.sendSoon();
    });
  }

  /** Waits until every unit of work that can run has run as far as it can: then all their calls are known. */
  private async sendSoon(): Promise<void> {
    await new Promise<void>((resolve) => void Promise.resolve().then(() => process.nextTick(resolve)));
    const batch = this.waiting;
    this.waiting = new Map();
    this.sending = undefined;
    if (this.over)
      return [...batch.values()].flat().forEach(({ reject }) => reject(new Error('the transaction is over')));
    together(this.client);
    await Promise.all([...batch].map(([statement, calls]) => this.send(statement, calls)));
  }

  private async send(statement: Statement<object>, calls: Call[]): Promise<void> {
    try {
      const results = await this.rows(
        statement,
        calls.map((call) => call.row),
      );
      const own: object[][] = calls.map(() => []);
      for (const result of results) own[(result as Numbered).n]?.push(result);
      calls.forEach((call, n) => call.resolve(own[n] ?? []));
    } catch (error) {
      for (const call of calls) call.reject(error);
    }
  }

  async rows(statement: Statement<object>, rows: object[]): Promise<object[]> {
    const input = JSON.stringify(rows.map((row, n) => ({ ...row, n })));
    const { name, sql } = this.wordingOf(statement);
    return (await this.client.query<object>({ name, text: sql, values: [input] })).rows;
  }
}

/** What is asked from here until this turn of the event loop ends travels in one packet. */
export function together(client: PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  stream.cork();
  setImmediate(() => stream.uncork());
}

interface Call {
  row: object;
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
  readonly collected: { statement: Statement<object>; row: object }[] = [];
  readonly signals = new Set<string>();

  constructor(
    private readonly shared: SharedTransaction,
    readonly story: Story,
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

  /** Runs the statement for this row, in one round trip with everybody who calls it now; gives this row's results. */
  async run<Row extends object, Result extends object>(statement: Statement<Row, Result>, row: Row): Promise<Result[]> {
    if (statement.changes) this.changed = true;
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
   * Adds a row that is written just before the commit, together with those of everybody who shares the transaction. Result rows
   * of the statement that have a `signal` raise it, as {@link signal} does, and come along with it.
   */
  collect<Row extends object>(statement: Statement<Row, object>, row: Row): void {
    this.changed = true;
    this.collected.push({ statement: statement as unknown as Statement<object>, row });
  }

  /** Tells listeners of `Database.on(signal)` once this has committed. */
  signal(name: string): void {
    this.signals.add(name);
  }
}
