import { firstIdAt } from '@thali/kit/core';
import { setTimeout as pause } from 'node:timers/promises';
import { modules, type Module, type UrlOf } from './modules';
import { withReaders, type Readers } from './reader';
import type { Snapshots } from './snapshots';

/** What is still to be done, by what it is: `{ 'order inbox': 3 }`. Empty at rest. */
export type Outstanding = Readonly<Record<string, number>>;

interface Count {
  readonly what: string;
  readonly count: number;
}

const pollMs = 250;
/** What was said longer ago has arrived, or was said when nobody wanted to hear it. */
const heldAtMostMs = 3_600_000;

/** Messages behind a dead one wait for an operator, and so do sagas with an alarm: they are not under way. */
const waiting = `
  select 'outbox' as what, count(*) from outbox o join messages m using (message_id)
    where not exists (select from blocked_keys b where b.subscription = 'outbox to ' || o.destination and b.key = m.key)
  union all select 'inbox', count(*) from inbox i
    where not exists (select from blocked_keys b where b.subscription = i.subscription and b.key = i.key and b.until = 'infinity')
  union all select 'timers', count(*) from timers`;

const sagas = `select 'sagas' as what, count(*) from sagas where status in ('running', 'undoing') and alarm is null`;

const sent = `
  select destination as what, count(*) from messages m join routes r using (type) where message_id >= $1
    and not exists (select from outbox o where o.destination = r.destination and o.message_id = m.message_id)
    and not exists (select from dead_letters d where d.subscription = 'outbox to ' || r.destination and d.message_id = m.message_id)
  group by destination`;

const received = `
  select producer as what, count(distinct message_id) from (
    select producer, message_id from handled union all select producer, message_id from inbox union all select producer, message_id from dead_letters
      where not starts_with(subscription, 'outbox to ')
  ) received where message_id >= $1 group by producer`;

/** Counts what is under way in all modules or, where that is nothing, between them. */
export async function findOutstanding(readers: Readers): Promise<Outstanding> {
  const within = await Promise.all(modules.map((module) => countWithin(module, readers)));
  const busy = ({ count }: Count) => count > 0;
  // To count all that was ever said is dear, and there is no need while somebody is seen at work.
  const counts = within.flat().some(busy) ? within.flat() : await countBetween(readers);
  return Object.fromEntries(counts.filter(busy).map(({ what, count }) => [what, count]));
}

async function countWithin(module: Module, readers: Readers): Promise<Count[]> {
  const counts = await readers[module].all<Count>(module === 'order' ? `${waiting} union all ${sagas}` : waiting);
  return counts.map(({ what, count }) => ({ what: `${module} ${what}`, count }));
}

/** A broker may hold what has left one module and not reached the other. */
async function countBetween(readers: Readers): Promise<Count[]> {
  const since = firstIdAt(Date.now() - heldAtMostMs);
  const sentBy = await countEach(readers, sent, since);
  const receivedBy = await countEach(readers, received, since);
  return modules.flatMap((from) =>
    modules.map((to) => ({ what: `${from} to ${to}`, count: sentBy[from](to) - receivedBy[to](from) })),
  );
}

type CountOf = (other: Module) => number;

async function countEach(readers: Readers, sql: string, since: string): Promise<Record<Module, CountOf>> {
  const counted = modules.map(async (module) => {
    const counts = await readers[module].all<Count>(sql, [since]);
    return [module, (other: Module) => counts.find(({ what }) => what === other)?.count ?? 0] as const;
  });
  return Object.fromEntries(await Promise.all(counted)) as Record<Module, CountOf>;
}

/** Whether nothing was under way, and nothing was said, from the first snapshot to the last: then they show one moment of rest. */
export async function areAtRest({ effects, causes }: Snapshots): Promise<boolean> {
  const said = async (readers: Readers) => {
    const counted = await Promise.all(
      modules.map((module) => readers[module].all<Count>('select count(*) from messages')),
    );
    return counted
      .flat()
      .map(({ count }) => count)
      .join();
  };
  const [before, after] = await Promise.all([said(effects), said(causes)]);
  const outstanding = { ...(await findOutstanding(effects)), ...(await findOutstanding(causes)) };
  return before === after && Object.keys(outstanding).length === 0;
}

/**
 * Waits until nothing is under way, twice in a row: a message may be between two counts.
 *
 * @returns what still is, when it takes longer than `withinMs`: something does not end by itself. Otherwise nothing.
 */
export function waitForRest(urlOf: UrlOf, withinMs: number): Promise<Outstanding> {
  const until = performance.now() + withinMs;
  return withReaders(urlOf, async (readers) => {
    for (let quiet = 0; ;) {
      const outstanding = await findOutstanding(readers);
      quiet = Object.keys(outstanding).length === 0 ? quiet + 1 : 0;
      if (quiet === 2) return {};
      if (performance.now() > until) return outstanding;
      await pause(pollMs);
    }
  });
}
