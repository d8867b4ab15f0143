import { type Message, partitionOf } from '../../core';
import { escapeIdentifier } from 'pg';
import type { CoLocatedInbox, Receiver } from '../ports/transport';
import type { Subscription } from '../ports/subscription';
import { change, none, type Database, type Signals } from '../../postgres';
import type { InlineDispatch } from './inline-dispatch';
import { firstOfKey } from './first-of-key.sql';
import type { InboxRow, RecordRow } from '../outbox/send';

/** Raised after messages for this subscription were stored. */
export const inboxChanged = (subscription: string): string => `inbox ${subscription}`;

/** Stores what a module hears, once for each of its subscriptions that wants it. */
export class Inbox implements Receiver {
  readonly module: string;
  readonly types: readonly string[];
  private readonly subscribers = new Map<string, string[]>();

  /** @param handlerOf who alone wants messages of this type, and can handle them at once. */
  constructor(
    private readonly db: Database,
    subscriptions: readonly Subscription[],
    private readonly handlerOf: (type: string) => InlineDispatch | undefined = () => undefined,
  ) {
    this.module = db.module;
    for (const { name, types } of subscriptions) {
      for (const { type } of types) this.subscribers.set(type, [...(this.subscribers.get(type) ?? []), name]);
    }
    this.types = [...this.subscribers.keys()];
  }

  async openCoLocatedInbox(producer: Database): Promise<CoLocatedInbox | undefined> {
    if (this.types.length === 0 || (await placeOf(producer)) !== (await placeOf(this.db))) return undefined;
    if (producer !== this.db) {
      await admit(this.db, producer);
      const ours = new Set([...this.subscribers.values()].flat().map(inboxChanged));
      producer.on('committed', (signals: Signals) =>
        this.db.raise(new Map([...signals].filter(([signal]) => ours.has(signal)))),
      );
    }
    return { module: this.module, subscribers: this.subscribers };
  }

  /** What comes alone of its key, and for the first time, is handled; the rest, and what could not be, is stored. */
  async receive(messages: readonly Message[], isFirst: (message: Message) => boolean = () => false): Promise<void> {
    const ofKey = new Map<string, number>();
    for (const { key } of messages) ofKey.set(key, (ofKey.get(key) ?? 0) + 1);
    const inlineDispatch = new Set(messages.filter((message) => ofKey.get(message.key) === 1 && isFirst(message)));
    const handled = Promise.all([...inlineDispatch].map((message) => this.handle(message)));
    await this.store(messages.filter((message) => !inlineDispatch.has(message)));
    await this.store((await handled).flatMap((unhandled) => unhandled ?? []));
  }

  /** @returns the message, if it could not be handled. */
  private async handle(message: Message): Promise<Message | undefined> {
    const isHandled = await this.handlerOf(message.type)?.handle(message);
    return isHandled ? undefined : message;
  }

  private async store(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    await this.db.transaction(async (tx) => {
      for (const message of messages) {
        const { id: messageId, ...rest } = message;
        for (const subscription of this.subscribers.get(message.type) ?? [])
          tx.defer(store, { subscription, part: partitionOf(message.key), messageId, ...rest });
      }
    });
  }
}

/**
 * Stores what is neither there nor handled yet. Each is a letter, as those that `record` drops, unless something of its key comes before
 * it: in the inbox, or among these and stored by somebody else at this moment.
 */
const store = change<RecordRow & { subscription: string }, { signal: string } & InboxRow>(`
  with letters as (
    select nextval('inbox_seq_seq') as seq, *,
      ${firstOfKey('l')} as first
    from (
      select * from json_to_recordset($1) as i(n int, subscription text, part smallint, "messageId" uuid, producer text, type text,
        version int, key text, "keyVersion" bigint, data json, "correlationId" text, "causationId" uuid, "recordedAt" timestamptz)
      where ${none('handled h where h.subscription = i.subscription and h.message_id = i."messageId"')}
        and ${none('dead_letters d where d.subscription = i.subscription and d.message_id = i."messageId"')}
      order by n
    ) l
  ), stored as (
    insert into inbox (subscription, seq, part, message_id, producer, type, version, key, key_version, data, correlation_id,
      causation_id, recorded_at)
    select subscription, seq, part, "messageId", producer, type, version, key, "keyVersion", data, "correlationId", "causationId",
      "recordedAt"
    from letters
    on conflict ((subscription || ' ' || key), message_id) do nothing
    returning seq
  )
  select n, 'inbox ' || subscription as signal, producer, "keyVersion", "recordedAt",
    case when first and bool_and(seq in (select seq from stored)) over (partition by subscription, key order by n) then seq end as seq
  from letters order by n`);

/** Says of two modules whether they share a database: servers may be copies of each other, but did not start in the same microsecond. */
async function placeOf(db: Database): Promise<string> {
  const [place] = await db.read<{ place: string }>(
    `select concat_ws(' ', system_identifier, pg_postmaster_start_time(), current_database()) as place from pg_control_system()`,
  );
  return place?.place ?? '';
}

/** Lets the producer's role write into the inbox and see for whom there is something; it reads no letter. */
async function admit(db: Database, producer: Database): Promise<void> {
  const [user] = await producer.read<{ name: string }>('select current_user as name');
  const role = escapeIdentifier(user?.name ?? '');
  const client = await db.connect();
  let failure: Error | undefined;
  try {
    // Two that grant at the same time would get in each other's way.
    await client.query(`begin; select pg_advisory_xact_lock(hashtext('thali-letterbox'));
      grant usage on schema ${escapeIdentifier(db.module)} to ${role}; grant usage on sequence inbox_seq_seq to ${role};
      grant insert, select (subscription, key) on inbox to ${role}; grant select (subscription, key) on blocked_keys to ${role};
      commit`);
  } catch (error) {
    failure = error as Error; // Nobody else may get the connection with the transaction that has failed.
    throw error;
  } finally {
    client.release(failure);
  }
}
