import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { marks, numberParts, type Recipe } from '../recipe/recipe';
import { asBatch, asRows, asScript } from '../recipe/sql';
import { firstPlace, places } from '../town';

/** Cooks orders by a recipe, on so many connections at once, one turn on each at least, until it is told to stop. */
export interface Writing {
  readonly how: 'batches' | 'statements';
  readonly url: string;
  readonly recipe: Recipe;
  readonly connections: number;
  /** Numbers of orders from this one on are free. */
  readonly firstNumber: number;
}

/** What was committed when, in orders: a step of many counts as its share of them. */
export type Written = readonly { readonly at: number; readonly orders: number }[];

const batchSize = 64;

/** As the modules' own sessions: by index, in nested loops, planned once. */
const options =
  '-c plan_cache_mode=force_generic_plan -c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off -c jit=off';

/** Resolves once what is under way has been committed. */
export async function write(task: Writing, stop: AbortSignal, atWork: () => void = () => {}): Promise<Written> {
  const lanes = Array.from({ length: task.connections }, (_, lane) => lane);
  const written = await Promise.all(
    lanes.map((lane) =>
      task.how === 'batches' ? writeBatches(task, lane, stop, atWork) : writeOrders(task, lane, stop, atWork),
    ),
  );
  return written.flat();
}

async function writeBatches(
  { url, recipe, connections, firstNumber }: Writing,
  lane: number,
  stop: AbortSignal,
  atWork: () => void,
): Promise<Written> {
  const client = await connect(url);
  const steps = recipe.map((writes) =>
    writes.map((write) => ({ sql: asBatch(write), rows: asRows(write).map(split) })),
  );
  const written: { at: number; orders: number }[] = [];
  let n = firstNumber + lane * batchSize;
  do {
    const orders = Array.from({ length: batchSize }, (_, i) => partsOf(n + i, lane * batchSize + i));
    for (const step of steps) {
      const statements = step.map(({ sql, rows }) => {
        const input = `[${orders.map((order) => fill(rows, order)).join(',')}]`;
        return () => run(client, sql, [input]);
      });
      // All at once, in one round trip.
      const begin = () => client.query('begin');
      const commit = () => client.query('commit');
      await Promise.all([begin, ...statements, commit].map((send) => send()));
      if (written.length === 0) atWork();
      written.push({ at: Date.now(), orders: batchSize / steps.length });
    }
    n += connections * batchSize;
  } while (!stop.aborted);
  await client.end();
  return written;
}

async function writeOrders(
  { url, recipe, connections, firstNumber }: Writing,
  lane: number,
  stop: AbortSignal,
  atWork: () => void,
): Promise<Written> {
  const client = await connect(url);
  const names = Object.keys(marks) as (keyof typeof marks)[];
  const script = asScript(recipe).map((sql) => {
    const used = names.filter((name) => sql.includes(`:${name}`));
    return { used, sql: used.reduce((text, name, n) => text.replaceAll(`:${name}`, `$${n + 1}::text`), sql) };
  });
  const written: { at: number; orders: number }[] = [];
  let n = firstNumber + lane;
  do {
    const parts = partsOf(n, lane);
    for (const { sql, used } of script) {
      const values = used.map((name) => parts[name]);
      await run(client, sql, values);
    }
    if (written.length === 0) atWork();
    written.push({ at: Date.now(), orders: 1 });
    n += connections;
  } while (!stop.aborted);
  await client.end();
  return written;
}

type Parts = Readonly<Record<keyof typeof marks, string>>;

function partsOf(number: number, lane: number): Parts {
  return { ...numberParts(number), place: String(firstPlace + (lane % places)) };
}

const byMark = Object.fromEntries(Object.entries(marks).map(([name, mark]) => [mark, name])) as Record<
  string,
  keyof Parts
>;

/** Text and marks in turns, each mark by its name. */
function split(row: string): { text: string; mark: keyof Parts | undefined }[] {
  const pieces = row.split(new RegExp(`(${Object.values(marks).join('|')})`));
  return pieces.flatMap((text, n) => (n % 2 === 0 ? [{ text, mark: byMark[pieces[n + 1] ?? ''] }] : []));
}

function fill(rows: ReturnType<typeof split>[], order: Parts): string {
  return rows.map((row) => row.map(({ text, mark }) => (mark ? text + order[mark] : text)).join('')).join(',');
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, options, pipeline: true } as never);
  await client.connect();
  return client;
}

const names = new Map<string, string>();

async function run(client: Client, sql: string, values: readonly string[]): Promise<void> {
  const name = names.get(sql) ?? createHash('sha1').update(sql).digest('base64url');
  names.set(sql, name);
  await client.query({ name, text: sql, values: [...values] });
}
