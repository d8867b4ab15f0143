import type { Message } from '../core';
import type { Receiver, Subscription } from '../event-bus';
import { change, type Database } from '../postgres';
import { partitionOf } from './partition';

/** Raised after messages for this subscription were stored. */
export const heard = (subscription: string): string => `inbox ${subscription}`;

/** Stores what a module hears, once for each of its subscriptions that wants it. */
export class Inbox implements Receiver {
  readonly module: string;
  readonly types: readonly string[];
  private readonly subscribers = new Map<string, string[]>();

  constructor(
    private readonly db: Database,
    subscriptions: readonly Subscription[],
  ) {
    this.module = db.module;
    for (const { name, types } of subscriptions) {
      for (const { type } of types) this.subscribers.set(type, [...(this.subscribers.get(type) ?? []), name]);
    }
    this.types = [...this.subscribers.keys()];
  }

  receive(messages: readonly Message[]): Promise<void> {
    return this.db.transaction(async (tx) => {
      for (const message of messages) {
        for (const subscription of this.subscribers.get(message.type) ?? []) {
          tx.collect(store, { subscription, part: partitionOf(message.key), ...message });
          tx.signal(heard(subscription));
        }
      }
    });
  }
}

const store = change<Message & { subscription: string; part: number }>(`
  insert into inbox (subscription, part, message_id, producer, type, version, key, key_version, data, correlation_id,
    causation_id, recorded_at)
  select subscription, part, id, producer, type, version, key, "keyVersion", data, "correlationId", "causationId", "recordedAt"
  from json_to_recordset($1) as i(n int, subscription text, part smallint, id uuid, producer text, type text, version int,
    key text, "keyVersion" bigint, data json, "correlationId" text, "causationId" uuid, "recordedAt" timestamptz)
  where not exists (select 1 from handled h where h.subscription = i.subscription and h.message_id = i.id)
    and not exists (select 1 from dead_letters d where d.subscription = i.subscription and d.message_id = i.id)
  order by n
  on conflict (subscription, message_id) do nothing`);
