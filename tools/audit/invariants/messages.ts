import * as contracts from '@thali/contracts';
import { messageOf, type AnyMessageType } from '@thali/kit/core';
import { correspondences, type Received } from '../correspondence';
import type { Evidence, Invariant } from '../invariant';
import { merge } from '../merge';
import { modules } from '../modules';
import { windowOf, type Snapshots } from '../snapshots';

/** Names of the order's events, and the messages that announce them. */
const announcements = `(values ('Placed', 'order.placed'), ('Revised', 'order.revised'), ('RevisionRefused', 'order.revision-refused'),
  ('Confirmed', 'order.confirmed'), ('PreparationBegun', 'order.preparing'), ('MadeReady', 'order.ready'),
  ('PickedUp', 'order.picked-up'), ('Delivered', 'order.delivered'), ('CancellationBegun', 'order.cancelling'),
  ('Cancelled', 'order.cancelled')) as a(event, message)`;

export const messages: readonly Invariant[] = [
  {
    id: 'Q1',
    sentence: 'every message reached every subscription that wants its kind',
    when: 'at rest',
    examine: findLost,
  },
  {
    id: 'Q2',
    sentence: 'nothing was received that was never sent',
    when: 'always',
    examine: findUnsent,
  },
  {
    id: 'Q3',
    sentence: 'a message takes effect once at most in each subscription',
    when: 'always',
    in: 'every module',
    things: 'select count(*) as things from handled',
    violations: `
      select subscription, message_id as "messageId", array_agg(state) as states from (
        select subscription, message_id, 'handled' as state from handled
        union all select subscription, message_id, 'waiting' from inbox
        union all select subscription, message_id, 'dead' from dead_letters
      ) received group by subscription, message_id having count(*) > 1`,
  },
  {
    id: 'Q4',
    sentence: 'nothing waits to be delivered, handled or reminded of',
    when: 'at rest',
    in: 'every module',
    things: 'select count(*) as things from messages',
    violations: `
      select 'outbox to ' || destination as place, count(*) as waiting from outbox group by destination
      union all select 'inbox of ' || subscription, count(*) from inbox group by subscription
      union all select 'timers ' || type, count(*) from timers group by type`,
  },
  {
    id: 'Q5',
    sentence: 'no message is dead',
    when: 'at rest',
    in: 'every module',
    things: 'select (select count(*) from handled) + (select count(*) from dead_letters) as things',
    violations: `
      select subscription, message_id as "messageId", type, key, attempts, crashes, errors -> -1 ->> 'message' as "lastError" from dead_letters`,
  },
  {
    id: 'Q6',
    sentence: 'the messages of a key take effect in the order in which they were sent, without a gap',
    when: 'always',
    examine: findDisorder,
  },
  {
    id: 'Q7',
    sentence: 'every event of an order was announced, and nothing else was',
    when: 'always',
    in: 'order',
    things: 'select count(*) as things from events',
    violations: `
      with happened as (
        select stream_id as key, a.message as type, count(*) as events
        from events join ${announcements} on a.event = events.type group by 1, 2
      ), told as (
        select key, type, count(*) as messages from messages where type in (select message from ${announcements}) group by 1, 2
      )
      select key, type, coalesce(events, 0) as events, coalesce(messages, 0) as messages from happened full join told using (key, type)
      where events is distinct from messages
        and not exists (select from orders where order_id = key and placed_at < (select at + interval '1 day' from horizon))`,
  },
  {
    id: 'Q9',
    sentence: 'every message is what its contract says',
    when: 'always',
    examine: readEveryMessage,
  },
  {
    id: 'Q10',
    sentence: 'the cause of every message exists, and nothing is its own cause in the end',
    when: 'always',
    examine: followCauses,
  },
];

/**
 * The databases know who wants which kind of message only by what was received. So the receivers of a kind are those who have received
 * any of it, and all of it must have reached all of them: from the first message on that a subscription has ever received.
 */
async function* findLost(snapshots: Snapshots): AsyncGenerator<Evidence | null> {
  const kinds = new Map<string, Map<string, Lost>>();
  const since = new Map<string, string>();
  for await (const { from, to, key, sent, received } of correspondences(snapshots)) {
    for (const { messageId, type } of sent) {
      const receivers = received.filter((each) => each.messageId === messageId).map(({ subscription }) => subscription);
      for (const name of receivers) if (messageId < (since.get(name) ?? '~')) since.set(name, messageId);
      const kind = `${type} from ${from} to ${to}`;
      const groups = kinds.get(kind) ?? kinds.set(kind, new Map()).get(kind)!;
      remember(groups, receivers, { messageId, key });
      yield null;
    }
  }
  for (const [kind, groups] of kinds) yield* lostOf(kind, [...groups.values()], since);
}

/** Messages of a kind that reached the same subscriptions. */
interface Lost {
  readonly receivers: readonly string[];
  count: number;
  newest: { messageId: string; key: string };
}

function remember(groups: Map<string, Lost>, receivers: readonly string[], message: Lost['newest']): void {
  const group = groups.get(receivers.join());
  if (!group) groups.set(receivers.join(), { receivers, count: 1, newest: message });
  else {
    group.count++;
    if (message.messageId > group.newest.messageId) group.newest = message;
  }
}

function* lostOf(kind: string, groups: readonly Lost[], since: ReadonlyMap<string, string>): Generator<Evidence> {
  const all = new Set(groups.flatMap(({ receivers }) => receivers));
  for (const { receivers, count, newest } of groups) {
    const missing = [...all].filter((name) => !receivers.includes(name) && newest.messageId >= (since.get(name) ?? ''));
    if (missing.length > 0 || all.size === 0)
      yield { kind, count, notReceivedBy: all.size > 0 ? missing : 'anybody', newest };
  }
}

async function* findUnsent(snapshots: Snapshots): AsyncGenerator<Evidence | null> {
  for await (const { from, to, key, sent, received } of correspondences(snapshots)) {
    const ids = new Set(sent.map(({ messageId }) => messageId));
    for (const { messageId, subscription, state } of received)
      yield ids.has(messageId) ? null : { messageId, from, to, subscription, state, key };
  }
}

async function* findDisorder(snapshots: Snapshots): AsyncGenerator<Evidence | null> {
  for await (const { key, from, received } of correspondences(snapshots)) {
    const latest = new Map<string, Received>();
    for (const each of received) {
      const { subscription, messageId, version, state } = each;
      const before = latest.get(subscription);
      latest.set(subscription, each);
      const broken =
        before && state === 'handled' && !(before.position !== null && before.position < (each.position ?? 0));
      yield broken ? { key, from, subscription, messageId, version, before } : null;
    }
  }
}

const contractOf = new Map(
  Object.values(contracts)
    .filter((each): each is typeof each & AnyMessageType => typeof each === 'function' && 'read' in each)
    .map((type) => [type.type as string, type as AnyMessageType]),
);

/** A module's messages to itself have no contract. */
async function* readEveryMessage({ effects }: Snapshots): AsyncGenerator<Evidence | null> {
  const sql = 'select message_id as "messageId", type, version, data from messages where type = any($1)';
  for (const module of modules) {
    for await (const row of effects[module].stream<MessageRow>(sql, [[...contractOf.keys()]])) yield misread(row);
  }
}

interface MessageRow {
  readonly messageId: string;
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

function misread({ messageId, type, version, data }: MessageRow): Evidence | null {
  try {
    contractOf.get(type)?.read(version, data);
    return null;
  } catch (error) {
    return { messageId, type, version, problem: messageOf(error) };
  }
}

/** A cause is older than its effect, and so are their ids. Where clocks disagreed the chain of causes is followed to its beginning. */
async function* followCauses(snapshots: Snapshots): AsyncGenerator<Evidence | null> {
  const { effects, causes } = snapshots;
  const since = [await windowOf(snapshots)];
  const told = modules.map(
    (module) => [`effects of ${module}`, effects[module].stream<Caused>(byCause, since)] as const,
  );
  const known = modules.map((module) => [`causes of ${module}`, causes[module].stream<Caused>(byId, since)] as const);
  for await (const { id, rows } of merge(Object.fromEntries([...told, ...known]))) {
    const exists = known.some(([name]) => (rows[name]?.length ?? 0) > 0);
    for (const { messageId, type } of told.flatMap(([name]) => rows[name] ?? [])) {
      const circular = id >= messageId && (await isCircular(messageId, causes));
      yield exists && !circular
        ? null
        : { messageId, type, causedBy: id, problem: circular ? 'its own cause' : 'no such message' };
    }
  }
}

interface Caused {
  readonly id: string;
  readonly messageId: string;
  readonly type: string;
}

const byCause = `
  select causation_id::text as id, message_id as "messageId", type from messages where causation_id >= $1 order by causation_id`;

const byId =
  'select message_id::text as id, message_id as "messageId", type from messages where message_id >= $1 order by message_id';

async function isCircular(start: string, causes: Snapshots['causes']): Promise<boolean> {
  const seen = new Set<string>();
  for (let id: string | null = start; id !== null && !seen.has(id);) {
    seen.add(id);
    id = await causeOf(id, causes);
    if (id === start) return true;
  }
  return false;
}

async function causeOf(messageId: string, causes: Snapshots['causes']): Promise<string | null> {
  const sql = 'select causation_id as cause from messages where message_id = $1';
  const found = await Promise.all(
    modules.map((module) => causes[module].all<{ cause: string | null }>(sql, [messageId])),
  );
  return found.flat()[0]?.cause ?? null;
}
