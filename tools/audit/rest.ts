import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { modules, type Module, type UrlOf } from './modules';
import type { SnapshotOf, Snapshots } from './snapshot';

/** What is still to be done, by what it is: `{ 'order inbox': 3 }`. Empty at rest. */
export type Outstanding = Readonly<Record<string, number>>;

const pollMs = 250;

/** Messages behind a dead one wait for an operator, and so do sagas with an alarm: they are not under way. */
const waiting = `
  select 'outbox' as what, count(*)::int as count from outbox
  union all select 'inbox', count(*)::int from inbox i
    where not exists (select from blocked_keys b where b.subscription = i.subscription and b.key = i.key and b.until = 'infinity')
  union all select 'timers', count(*)::int from timers`;

const sagas = `select 'sagas' as what, count(*)::int as count from sagas where status in ('running', 'undoing') and alarm is null`;

const waitingIn = (module: Module) => (module === 'order' ? `${waiting} union all ${sagas}` : waiting);

/** Counts what is under way in all modules. */
export async function findOutstanding(urlOf: UrlOf): Promise<Outstanding> {
  const counted = await Promise.all(modules.map((module) => countIn(module, urlOf(module))));
  return Object.fromEntries(counted.flat());
}

async function countIn(module: Module, connectionString: string): Promise<[string, number][]> {
  const client = new Client({
    connectionString,
    options: `-c search_path="${module}"`,
    application_name: 'thali-audit',
  });
  await client.connect();
  try {
    const { rows } = await client.query<{ what: string; count: number }>(waitingIn(module));
    return rows.filter(({ count }) => count > 0).map(({ what, count }) => [`${module} ${what}`, count]);
  } finally {
    await client.end();
  }
}

/** Whether nothing was under way, and nothing was said, from the first snapshot to the last: then they show one moment of rest. */
export async function areAtRest({ effects, causes }: Snapshots): Promise<boolean> {
  const sql = (module: Module) => `${waitingIn(module)} union all select 'said', count(*)::int from messages`;
  const standing = (snapshots: SnapshotOf) =>
    Promise.all(modules.map((module) => snapshots[module].all<{ what: string; count: number }>(sql(module))));
  const [before, after] = await Promise.all([standing(effects), standing(causes)]);
  return isDeepStrictEqual(before, after) && before.flat().every(({ what, count }) => what === 'said' || count === 0);
}

/**
 * Waits until nothing is under way, twice in a row: a message may be between two counts.
 *
 * @returns what still is, when it takes longer than `withinMs`: something does not end by itself. Otherwise nothing.
 */
export async function waitForRest(urlOf: UrlOf, withinMs: number): Promise<Outstanding> {
  const until = performance.now() + withinMs;
  for (let quiet = 0; ;) {
    const outstanding = await findOutstanding(urlOf);
    quiet = Object.keys(outstanding).length === 0 ? quiet + 1 : 0;
    if (quiet === 2) return {};
    if (performance.now() > until) return outstanding;
    await pause(pollMs);
  }
}
