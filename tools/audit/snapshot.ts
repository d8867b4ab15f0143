import { Client, types } from 'pg';
import { modules, type Module, type UrlOf } from './modules';

type Row = Record<string, unknown>;

const rowsAtOnce = 2_000;
const connectWithinMs = 10_000;

/** One module's database as it was at one instant, whatever happens meanwhile. Read-only. */
export class Snapshot {
  private cursors = 0;

  private constructor(
    readonly module: Module,
    private readonly client: Client,
  ) {}

  static async connect(module: Module, url: string): Promise<Snapshot> {
    const options = `-c search_path="${module}" -c default_transaction_read_only=on`;
    const connection = { connectionString: url, options, application_name: 'thali-audit', types: { getTypeParser } };
    const client = new Client({ ...connection, connectionTimeoutMillis: connectWithinMs });
    client.on('error', () => {}); // The query under way fails with it.
    await client.connect();
    return new Snapshot(module, client);
  }

  /** From here on, this instant is what is read. */
  async take(): Promise<void> {
    await this.client.query('begin isolation level repeatable read read only');
    await this.client.query('select 1');
  }

  async all<R extends object = Row>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.client.query<R>(sql, [...values])).rows;
  }

  /** Rows one after another, however many there are. Several streams of a snapshot may be read in turns. */
  async *stream<R extends object = Row>(sql: string, values: readonly unknown[] = []): AsyncGenerator<R> {
    const cursor = `c${++this.cursors}`;
    await this.client.query(`declare ${cursor} no scroll cursor for ${sql}`, [...values]);
    for (let full = true; full;) {
      const { rows } = await this.client.query<R>(`fetch ${rowsAtOnce} from ${cursor}`);
      yield* rows;
      full = rows.length === rowsAtOnce;
    }
    await this.client.query(`close ${cursor}`);
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

export type SnapshotOf = Readonly<Record<Module, Snapshot>>;

/**
 * The databases at two instants each. What is found among the `effects` must have its reason among the `causes`: these were read
 * later, and reasons are never deleted. So nothing that happened between the snapshots is taken for a violation.
 *
 * Among the effects, too, each module is read before those that hold the reasons of what it says: payment before order, order before
 * restaurant and delivery.
 */
export interface Snapshots {
  readonly effects: SnapshotOf;
  readonly causes: SnapshotOf;
}

const effectsFirst: readonly Module[] = ['payment', 'order', 'restaurant', 'delivery'];

/** Takes the snapshots, does the work and closes them. */
export async function withSnapshots<T>(urlOf: UrlOf, work: (snapshots: Snapshots) => Promise<T>): Promise<T> {
  const open: Snapshot[] = [];
  const connect = async (): Promise<SnapshotOf> => {
    const all: Partial<Record<Module, Snapshot>> = {};
    for (const module of modules) open.push((all[module] = await Snapshot.connect(module, urlOf(module))));
    return all as SnapshotOf;
  };
  try {
    const effects = await connect();
    const causes = await connect();
    for (const module of effectsFirst) await effects[module].take();
    for (const module of effectsFirst) await causes[module].take();
    return await work({ effects, causes });
  } finally {
    await Promise.all(open.map((snapshot) => snapshot.close()));
  }
}

/** Counts and minor units stay far below 2^53. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  const [int8, numeric] = [20, 1700];
  return oid === int8 || oid === numeric ? Number : (types.getTypeParser(oid, format) as unknown);
}
