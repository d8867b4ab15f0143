import { merge } from './merge';
import { modules, type Module } from './modules';
import { windowOf, type Snapshots } from './snapshots';

/** What one module has told another about one key, and what became of it there. */
export interface Correspondence {
  readonly from: Module;
  readonly to: Module;
  readonly key: string;
  /** In the order in which it was said; only what the receiver wants to hear. */
  readonly sent: readonly Sent[];
  readonly received: readonly Received[];
}

interface Sent {
  readonly messageId: string;
  readonly type: string;
  /** Its place among all that the sender has said about the key. */
  readonly version: number;
}

export interface Received {
  readonly messageId: string;
  readonly version: number;
  readonly subscription: string;
  readonly state: 'handled' | 'waiting' | 'dead';
  /** When it took effect, relative to others of its subscription; null if it has not. */
  readonly position: number | null;
}

/** All correspondence that is remembered, key by key. What was received is read before what was sent. */
export async function* correspondences(snapshots: Snapshots): AsyncGenerator<Correspondence> {
  const { effects, causes } = snapshots;
  const since = await windowOf(snapshots);
  for (const from of modules) {
    for (const to of modules) {
      const merged = merge({
        sent: causes[from].stream<Sent & { id: string }>(sentTo, [to, since]),
        received: effects[to].stream<Received & { id: string }>(receivedFrom, [from, since]),
      });
      for await (const { id, rows } of merged) yield { from, to, key: id, ...rows };
    }
  }
}

const sentTo = `
  select key as id, message_id as "messageId", type, key_version as version from messages
  where type in (select type from routes where destination = $1) and message_id >= $2
  order by key collate "C", key_version`;

const receivedFrom = `
  select key as id, message_id as "messageId", key_version as version, subscription, state, position from (
    select key, message_id, key_version, subscription, 'handled' as state, position from handled where producer = $1
    union all select key, message_id, key_version, subscription, 'waiting', null from inbox where producer = $1
    union all select key, message_id, key_version, subscription, 'dead', null from dead_letters
      where producer = $1 and not starts_with(subscription, 'outbox to ')
  ) received where message_id >= $2 order by key collate "C", key_version`;
