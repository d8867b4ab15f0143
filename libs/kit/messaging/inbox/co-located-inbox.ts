import { escapeIdentifier, escapeLiteral } from 'pg';
import type { Database, Signals } from '../../postgres';
import { inboxChanged, type CoLocatedInbox } from '../ports/receiver';
import { inboxOf } from '../tables/messaging.tables';
import { firstOfKey } from './first-of-key.sql';

type SubscriptionsOf = ReadonlyMap<string, readonly string[]>;

/**
 * Lets a producer in the same database write into the inbox, and passes its signals on.
 *
 * @param subscriptionsOf by message type, the subscriptions that want it.
 * @returns undefined when the producer has another database, or no subscription wants anything.
 */
export async function openCoLocatedInbox(
  db: Database,
  subscriptionsOf: SubscriptionsOf,
  producer: Database,
): Promise<CoLocatedInbox | undefined> {
  if (subscriptionsOf.size === 0 || (await identityOf(producer)) !== (await identityOf(db))) return undefined;
  if (producer !== db) {
    await grantAccess(db, producer);
    const ours = new Set([...subscriptionsOf.values()].flat().map(inboxChanged));
    producer.on('committed', (signals: Signals) =>
      db.raise(new Map([...signals].filter(([signal]) => ours.has(signal)))),
    );
  }
  return {
    module: db.module,
    types: new Set(subscriptionsOf.keys()),
    storeSql: (name, slot) => storeSql(db.module, subscriptionsOf, name, slot),
  };
}

/** See {@link CoLocatedInbox.storeSql}. */
function storeSql(
  module: string,
  subscriptionsOf: SubscriptionsOf,
  producer: string,
  slot: number,
): ReturnType<CoLocatedInbox['storeSql']> {
  const schema = escapeIdentifier(module);
  const from = escapeLiteral(producer);
  const wanted = [...subscriptionsOf].flatMap(([type, names]) =>
    names.map((name) => `(${escapeLiteral(type)}, ${escapeLiteral(name)})`),
  );
  // A producer sends the messages of one key in one transaction at a time: a row that is not there yet cannot come before these.
  const expressions = `arriving${slot} as (
      select nextval('${schema}.inbox_seq_seq') as seq, ${from} as producer, *,
        ${firstOfKey('l', `${schema}.`)} as first
      from (
        select w.subscription, routed.* from routed join (values ${wanted.join(', ')}) as w(type, subscription) using (type)
        where destination = ${escapeLiteral(module)} and direct order by n
      ) l
    ), slot${slot} as (
      ${inboxOf(module).insertFrom(`arriving${slot} i`)}
    )`;
  const select = `select n, 'inbox ' || subscription, producer, "keyVersion", "recordedAt", case when first then seq end from arriving${slot}`;
  return { expressions, select };
}

/** Identifies a database: servers may be copies of each other, but did not start in the same microsecond. */
async function identityOf(db: Database): Promise<string> {
  const [row] = await db.read<{ identity: string }>(
    `select concat_ws(' ', system_identifier, pg_postmaster_start_time(), current_database()) as identity from pg_control_system()`,
  );
  return row?.identity ?? '';
}

/** Lets the producer's role insert into the inbox and see which keys wait or are blocked there; it cannot read the messages. */
async function grantAccess(db: Database, producer: Database): Promise<void> {
  const [user] = await producer.read<{ name: string }>('select current_user as name');
  const role = escapeIdentifier(user?.name ?? '');
  const client = await db.connect();
  let failure: Error | undefined;
  try {
    // Two concurrent grants on one table make one of them fail.
    await client.query(`begin; select pg_advisory_xact_lock(hashtext('thali-co-located-inbox'));
      grant usage on schema ${escapeIdentifier(db.module)} to ${role}; grant usage on sequence inbox_seq_seq to ${role};
      grant insert, select (subscription, key) on inbox to ${role}; grant select (subscription, key) on blocked_keys to ${role};
      commit`);
  } catch (error) {
    failure = error as Error; // The pool must not hand out the connection with the failed transaction.
    throw error;
  } finally {
    client.release(failure);
  }
}
