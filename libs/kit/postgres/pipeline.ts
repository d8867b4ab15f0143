import { types, type Connection, type FieldDef, type PoolClient, type Submittable } from 'pg';
import type { SqlText } from './statement';

/** A statement, with what it is to work on. */
export interface Step {
  readonly sqlText: SqlText;
  readonly values?: readonly string[];
}

/** What a statement has given. */
export interface Results {
  readonly rows: readonly object[];
  /** Per row, the index of the input row that it answers: its column `n`, which begins at 1. Undefined where it has none. */
  readonly indices: readonly (number | undefined)[];
  /** Such as `COMMIT`, or `INSERT 0 2`. */
  readonly tag: string;
}

/** What became of a statement. */
export type Answer = Results | { readonly error: unknown };

/** An earlier statement has failed, and the transaction with it. */
export class NotRun extends Error {
  constructor() {
    super('an earlier statement of the transaction has failed');
  }
}

interface Column {
  readonly name: string;
  readonly parse: (value: string) => unknown;
}

/** What a connection has prepared, with the columns of its answer. */
const prepared = new WeakMap<Connection, Map<string, readonly Column[]>>();

/**
 * Statements that travel in one packet, and their answers in another: neither side waits between the first and the last. Each is
 * prepared once per connection and described then; one Sync ends them all, so that after a failure those behind it are not run.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
class Pipeline implements Submittable {
  /** Called at the end. node-postgres puts its own in front, to know whether its time limit was kept. */
  callback: (error: unknown) => void;
  private readonly answers: Answer[] = [];
  private known: Map<string, readonly Column[]> = new Map();
  /** Of the answer that is being read. */
  private columns: readonly Column[] = [];
  private rows: object[] = [];
  private indices: (number | undefined)[] = [];

  constructor(
    private readonly steps: readonly Step[],
    done: (answers: readonly Answer[]) => void,
  ) {
    this.callback = (error) => {
      if (error) this.answers.push({ error });
      while (this.answers.length < steps.length) this.answers.push({ error: new NotRun() });
      done(this.answers);
    };
  }

  submit(connection: Connection): void {
    this.known = prepared.get(connection) ?? this.known;
    prepared.set(connection, this.known);
    const wire = connection as unknown as Wire;
    const fresh = new Set<string>();
    wire.stream.cork();
    for (const { sqlText, values = [] } of this.steps) {
      const { name, sql: text } = sqlText;
      if (!this.known.has(name) && !fresh.has(name)) {
        fresh.add(name);
        // An attempt that failed may have left it behind. To close a statement that is not there is no error.
        wire.close({ type: 'S', name });
        wire.parse({ name, text });
        wire.describe({ type: 'S', name });
      }
      wire.bind({ statement: name, values });
      wire.execute();
    }
    wire.sync();
    wire.stream.uncork();
    this.begin();
  }

  handleRowDescription({ fields }: { fields: readonly FieldDef[] }): void {
    this.columns = fields.map(({ name, dataTypeID }) => ({ name, parse: getTypeParser(dataTypeID) }));
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const row: Record<string, unknown> = {};
    let index: number | undefined;
    for (const [i, { name, parse }] of this.columns.entries()) {
      const value = fields[i] ?? null;
      if (name !== 'n') row[name] = value === null ? null : parse(value);
      else if (value !== null) index = Number(value) - 1;
    }
    this.rows.push(row);
    this.indices.push(index);
  }

  handleCommandComplete({ text: tag }: { text: string }): void {
    const step = this.steps[this.answers.length];
    if (!step) return; // The pipeline has been given up: all its steps are answered.
    this.known.set(step.sqlText.name, this.columns);
    this.answers.push({ rows: this.rows, indices: this.indices, tag });
    this.begin();
  }

  handleError(error: unknown): void {
    this.callback(error);
  }

  handleReadyForQuery(): void {
    this.callback(null);
  }

  /** The answer to the next statement. */
  private begin(): void {
    this.columns = this.known.get(this.steps[this.answers.length]?.sqlText.name ?? '') ?? [];
    this.rows = [];
    this.indices = [];
  }
}

/** Runs the statements one after another, in one round trip. @returns an answer for each; it does not fail. */
export function executePipelined(client: PoolClient, steps: readonly Step[]): Promise<readonly Answer[]> {
  return new Promise((resolve) => void client.query(new Pipeline(steps, resolve)));
}

/** What node-postgres calls on a connection for a `Submittable`; its types leave it out. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  close(statement: { type: 'S'; name: string }): void;
  parse(statement: { name: string; text: string }): void;
  describe(statement: { type: 'S'; name: string }): void;
  bind(portal: { statement: string; values: readonly string[] }): void;
  execute(): void;
  sync(): void;
}

/** Postgres counts in 64 bits and node-postgres gives those as strings; ours stay far below 2^53. */
export function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  const int8 = 20;
  return oid === int8 ? Number : (types.getTypeParser(oid, format as 'text') as (value: string) => unknown);
}
