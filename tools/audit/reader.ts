import { Client, types } from 'pg';
import { modules, type Module, type UrlOf } from './modules';

const rowsAtOnce = 2_000;
const connectWithinMs = 10_000;

/** Reads one module's database, as it is or as it was at one instant. Changes nothing. */
export class Reader {
  private cursors = 0;

  constructor(private readonly client: Client) {}

  static async connect(module: Module, url: string): Promise<Reader> {
    const client = await connectTo(module, url);
    await client.query('set default_transaction_read_only = on');
    return new Reader(client);
  }

  /** From here on everything is read as it is at this instant, and no week is dropped: that would show in the past, too. */
  async freeze(): Promise<void> {
    await this.client.query('begin isolation level repeatable read read only');
    await this.client.query('lock table messages, handled in access share mode');
    await this.client.query('select 1');
  }

  async all<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row>(sql, [...values])).rows;
  }

  /** Rows one after another, however many there are. Only in a transaction; several streams may be read in turns. */
  async *stream<Row extends object>(sql: string, values: readonly unknown[] = []): AsyncGenerator<Row> {
    const cursor = `c${++this.cursors}`;
    await this.client.query(`declare ${cursor} no scroll cursor for ${sql}`, [...values]);
    for (let full = true; full;) {
      const { rows } = await this.client.query<Row>(`fetch ${rowsAtOnce} from ${cursor}`);
      yield* rows;
      full = rows.length === rowsAtOnce;
    }
    await this.client.query(`close ${cursor}`);
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

export type Readers = Readonly<Record<Module, Reader>>;

/** Connects to every module's database, does the work and closes the connections. */
export async function withReaders<T>(urlOf: UrlOf, work: (readers: Readers) => Promise<T>): Promise<T> {
  const open = new Map<Module, Reader>();
  try {
    for (const module of modules) open.set(module, await Reader.connect(module, urlOf(module)));
    return await work(Object.fromEntries(open) as Readers);
  } finally {
    await Promise.all([...open.values()].map((reader) => reader.close()));
  }
}

/** A connection of one's own, on which a module's tables have their plain names. */
export async function connectTo(module: Module, url: string): Promise<Client> {
  const options = `-c search_path="${module}"`;
  const connection = { connectionString: url, options, application_name: 'thali-audit', types: { getTypeParser } };
  const client = new Client({ ...connection, connectionTimeoutMillis: connectWithinMs });
  client.on('error', () => {}); // The query under way fails with it.
  await client.connect();
  return client;
}

/** Counts and minor units stay far below 2^53. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  const [int8, numeric] = [20, 1700];
  return oid === int8 || oid === numeric ? Number : (types.getTypeParser(oid, format) as unknown);
}
