import { EventEmitter } from 'node:events';
import type { Pool, PoolClient } from 'pg';
import { DataSource, type DataSourceOptions, type EntitySchema } from 'typeorm';
import { DomainError, SystemClock, SystemIds, messageOf, type Clock, type Ids } from '../core';
import { GroupCommit, type QueueOptions } from './group-commit';
import { getTypeParser } from './pipeline';
import { connectionLost, isPlanStale } from './sql-errors';
import { nameOf, type Statement, type SqlText } from './statement';
import type { Signals, MessageContext, Tx } from './transaction';

export interface DatabaseOptions {
  /** The module that owns it; its schema has the same name. */
  module: string;
  /** A URL that logs in as the module's own role. */
  url: string;
  migrations: DataSourceOptions['migrations'];
  /** Connections at most; the default is 6. */
  poolSize?: number;
  /** A statement that takes longer on the client's clock is given up: a frozen server answers nothing. Default 15,000. */
  statementWithinMs?: number;
  clock?: Clock;
  ids?: Ids;
}

const connectWithinMs = 5_000;
const readerPoolSize = 2;
const readerWithinMs = 15_000;

/** Without a listener, a session that the server ends while it is checked out ends the process. Its query fails anyway. */
const ignoreErrors = (client: PoolClient) => void client.on('error', () => {});

/**
 * A module's own database: its schema, its login role, its pool. No other module opens it.
 *
 * Emits the signals that units of work raised (`tx.signal`), each with its {@link Raised} rows, after their commit, and then `committed`
 * with all of them ({@link Signals}).
 */
export class Database extends EventEmitter {
  readonly module: string;
  /** Logs in as the module's own role. */
  readonly url: string;
  readonly ids: Ids;
  private readonly clock: Clock;
  private readonly commits: GroupCommit;
  private readonly sqlTexts = new Map<string, Choose>();
  private reader: Promise<DataSource> | undefined;

  private constructor(
    readonly dataSource: DataSource,
    options: DatabaseOptions,
  ) {
    super();
    this.setMaxListeners(50);
    this.module = options.module;
    this.url = options.url;
    this.ids = options.ids ?? new SystemIds();
    this.clock = options.clock ?? new SystemClock();
    this.commits = new GroupCommit({
      module: this.module,
      connect: () => this.connect(),
      now: () => this.clock.now(),
      ids: this.ids,
      sqlTextFor: (statement, rows) => this.sqlTexts.get(statement.name)?.(rows) ?? statement,
      committed: (signals) => this.raise(signals),
    });
  }

  /** Connects and brings the schema up to date. @throws when the server cannot be reached or a migration fails. */
  static async open(options: DatabaseOptions): Promise<Database> {
    await migrate(options);
    const within = options.statementWithinMs ?? 15_000;
    const dataSource = new DataSource({
      ...placeOf(options),
      poolSize: options.poolSize ?? 6,
      extra: {
        options: sessionOptions(options.module, within),
        query_timeout: within + 1_000,
        connectionTimeoutMillis: connectWithinMs,
        types: { getTypeParser },
        onConnect: ignoreErrors,
      },
    });
    await dataSource.initialize();
    return new Database(dataSource, options);
  }

  /** How long the first of the requests has waited that wait for their transaction, in milliseconds. */
  get lagMs(): number {
    return this.commits.lagMs;
  }

  /**
   * Does the work in one transaction and resolves after its commit.
   *
   * Work that waits at the same moment may share a transaction (group commit), so it must touch nothing but the database
   * and may be run again: alone when a neighbour failed, or when another transaction got in between.
   *
   * Sheddable work (`shedAfterMs`) is refused while the first sheddable unit of work has waited longer than this. By default work is
   * never refused, and goes first.
   *
   * @throws whatever the work throws; nothing of it is kept then.
   * @throws {DomainError} `service.overloaded`
   * @throws {DomainError} `database.unavailable` when the database is away; after a lost commit the outcome is unknown.
   */
  transaction<T>(
    work: (tx: Tx) => Promise<T>,
    context: MessageContext = this.newContext(),
    turn: QueueOptions = {},
  ): Promise<T> {
    return this.commits.run(work, context, turn);
  }

  /**
   * Runs one statement by itself. It is prepared and planned once per connection: the text must not hold values.
   * @throws {DomainError} `database.unavailable`
   */
  async read<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const client = await this.connect();
    let lost: Error | undefined;
    try {
      return (await client.query<Row>({ name: `read ${nameOf(sql)}`, text: sql, values: [...values] })).rows;
    } catch (error) {
      if (connectionLost(error) || isPlanStale(error)) lost = error as Error;
      throw connectionLost(error) ? unavailable(this.module, error) : error;
    } finally {
      client.release(lost);
    }
  }

  /** Raises signals as a commit does. */
  raise(signals: Signals): void {
    for (const [signal, raised] of signals) this.emit(signal, raised);
    if (signals.size > 0) this.emit('committed', signals);
  }

  /**
   * Overrides the SQL text of a statement on this database; its input and its result columns stay as they are.
   * @param choose gives the text for a batch. Each text is prepared and planned once per connection: there should be few.
   */
  override<Row extends object>({ name }: Statement<Row>, choose: (rows: readonly Row[]) => SqlText): void {
    this.sqlTexts.set(name, choose as Choose);
  }

  /** A message context that begins here. */
  newContext(): MessageContext {
    return { correlationId: this.ids.uuid(), causationId: null };
  }

  /** A connection of one's own, to be released; for work that cannot share a transaction. @throws {DomainError} */
  async connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw unavailable(this.module, error);
    }
  }

  /**
   * Opens a DataSource that knows these tables and only reads, on connections of its own, planned as PostgreSQL thinks best. The first call
   * decides which tables; it is closed with the database.
   */
  openReader(entities: readonly EntitySchema[]): Promise<DataSource> {
    const { module, url } = this;
    const extra = {
      options: readerOptions(module),
      connectionTimeoutMillis: connectWithinMs,
      types: { getTypeParser },
    };
    this.reader ??= new DataSource({
      ...placeOf({ module, url }),
      entities: [...entities],
      poolSize: readerPoolSize,
      extra: { ...extra, onConnect: ignoreErrors },
    }).initialize();
    return this.reader;
  }

  /** Waits for the transactions in flight, then closes all connections. */
  async close(): Promise<void> {
    await this.commits.close();
    await this.dataSource.destroy();
    await (await this.reader)?.destroy();
  }

  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }
}

function placeOf({ module, url }: Pick<DatabaseOptions, 'module' | 'url'>) {
  return { type: 'postgres', url, schema: module, applicationName: `thali-${module}` } as const;
}

/** Brings the schema up to date: one instance at a time, and for as long as it takes, on connections without time limits. */
async function migrate(options: DatabaseOptions): Promise<void> {
  const { module, migrations } = options;
  const dataSource = new DataSource({
    ...placeOf(options),
    migrations,
    migrationsTableName: 'migrations',
    poolSize: 2,
    extra: { options: sessionOptions(module, 0), connectionTimeoutMillis: connectWithinMs },
  });
  await dataSource.initialize();
  const turn = dataSource.createQueryRunner();
  try {
    await turn.query(`select pg_advisory_lock(hashtext('migrations of ' || $1))`, [module]);
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await turn.release();
    await dataSource.destroy();
  }
}

type Choose = (rows: readonly object[]) => SqlText;

/**
 * Every statement knows its keys, but the planner does not know how many rows an array has, and would rather read a whole small table;
 * and it would plan again and again. So: by index, in its order, in nested loops, planned once. What was planned while a queue was empty
 * has to do when it is full.
 */
function sessionOptions(module: string, statementWithinMs: number): string {
  const settings = {
    search_path: `"${module}"`,
    statement_timeout: statementWithinMs,
    idle_in_transaction_session_timeout: statementWithinMs * 2,
    plan_cache_mode: 'force_generic_plan',
    enable_hashjoin: 'off',
    enable_mergejoin: 'off',
    enable_seqscan: 'off',
    enable_bitmapscan: 'off',
    jit: 'off',
  };
  return optionsOf(settings);
}

function readerOptions(module: string): string {
  return optionsOf({
    search_path: `"${module}"`,
    statement_timeout: readerWithinMs,
    default_transaction_read_only: 'on',
  });
}

const optionsOf = (settings: Record<string, string | number>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');

function unavailable(module: string, error: unknown): DomainError {
  return new DomainError(
    'database.unavailable',
    'unavailable',
    `The ${module} database does not answer: ${messageOf(error)}`,
  );
}
