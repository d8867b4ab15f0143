import type { Message } from '../../core';
import { change, none, type Database } from '../../postgres';
import { firstOfKey } from './first-of-key.sql';

/** A message in the inbox. */
export interface Waiting {
  seq: number;
  part: number;
  attempts: number;
  crashes: number;
  /** When it could have been handled, in the time of `performance.now()`. */
  dueAt: number;
  message: Message;
}

/**
 * What waits and is not blocked, oldest first, without what the caller has in memory already. A block that expires does so for the
 * whole key at once: by the time of the statement, which stands still.
 */
export async function fetchWaiting(
  db: Database,
  subscription: string,
  parts: number[],
  known: number[],
  limit: number,
): Promise<Waiting[]> {
  type Row = Omit<Waiting, 'message' | 'dueAt'> & Omit<Message, 'recordedAt'> & { recordedAt: Date; waitedMs: number };
  const rows = await db.read<Row>(
    `select seq, part::int, attempts::int, crashes::int, message_id as id, producer, type, version, key, key_version as "keyVersion", data,
       correlation_id as "correlationId", causation_id as "causationId", recorded_at as "recordedAt",
       date_part('epoch', clock_timestamp() - stored_at) * 1000 as "waitedMs"
     from inbox i
     where subscription = $1 and part = any($2) and seq not in (select unnest($3::bigint[]))
       and not exists (select 1 from blocked_keys b where b.subscription = $1 and b.key = i.key and b.until > statement_timestamp())
     order by seq limit $4`,
    [subscription, parts, known, limit],
  );
  return rows.map(({ seq, part, attempts, crashes, waitedMs, recordedAt, ...message }) => ({
    seq,
    part,
    attempts,
    crashes,
    dueAt: performance.now() - waitedMs,
    message: { ...message, recordedAt: recordedAt.toISOString() },
  }));
}

/** Moves the message from the inbox to the handled; gives nothing when somebody else has done so. */
export const claim = change<{ subscription: string; seq: number }, { claimed: true }>(`
  with i as (
    select * from json_to_recordset($1) as i(n int, subscription text, seq bigint)
  ), gone as (
    delete from inbox b using i where b.subscription = i.subscription and b.seq = i.seq
      and b.subscription = any (array(select subscription from i)) and b.seq = any (array(select seq from i))
    returning i.n, b.subscription, b.message_id, b.producer, b.key, b.key_version
  ), done as (
    insert into handled (subscription, message_id, producer, key, key_version)
    select subscription, message_id, producer, key, key_version from gone order by n
    on conflict do nothing returning subscription, message_id
  )
  select n, true as claimed from gone join done using (subscription, message_id)`);

interface Said {
  subscription: string;
  messageId: string;
  producer: string;
  key: string;
  keyVersion: number;
}

/**
 * Notes that a message is handled which was not stored; gives nothing when it was handled before, or when something of its key waits or
 * is blocked: that has to be handled before.
 */
export const take = change<Said, { taken: true }>(`
  with i as (
    select * from json_to_recordset($1) as i(n int, subscription text, "messageId" uuid, producer text, key text, "keyVersion" bigint)
    where ${firstOfKey('i')}
      and ${none('dead_letters d where d.subscription = i.subscription and d.message_id = i."messageId"')}
  ), done as (
    insert into handled (subscription, message_id, producer, key, key_version)
    select subscription, "messageId", producer, key, "keyVersion" from i order by n
    on conflict do nothing returning subscription, message_id
  )
  select n, true as taken from i join done d on d.subscription = i.subscription and d.message_id = i."messageId"`);

export const clearBlock = change<{ subscription: string; key: string }>(`
  delete from blocked_keys b using json_to_recordset($1) as i(n int, subscription text, key text)
  where b.subscription = i.subscription and b.key = i.key`);

interface Failure {
  subscription: string;
  seq: number;
  key: string;
  error: object;
  dead: boolean;
  /** Whether later messages of the key wait for this one. */
  block: boolean;
  waitMs: number;
}

/** Notes a failed attempt; with `dead`, moves the message with its whole history to the dead letters. One transaction. */
export function fail(db: Database, failure: Failure): Promise<void> {
  return db.transaction(async (tx) => {
    // Somebody else may have handled it meanwhile.
    if (!(await tx.one(noteFailure, failure))) return;
    if (failure.dead) await tx.run(bury, failure);
    await tx.run(failure.block ? blockKey : clearBlock, failure);
  });
}

const noteFailure = change<Failure, { noted: true }>(`
  update inbox b set attempts = attempts + 1, errors = errors || jsonb_build_array(i.error || jsonb_build_object('at', clock_timestamp()))
  from json_to_recordset($1) as i(n int, subscription text, seq bigint, error jsonb)
  where b.subscription = i.subscription and b.seq = i.seq returning i.n, true as noted`);

const bury = change<Failure>(`
  with gone as (
    delete from inbox b using json_to_recordset($1) as i(n int, subscription text, seq bigint)
    where b.subscription = i.subscription and b.seq = i.seq returning b.*
  )
  insert into dead_letters select *, clock_timestamp() from gone`);

const blockKey = change<Failure>(`
  insert into blocked_keys (subscription, key, until)
  select subscription, key, case when dead then 'infinity' else clock_timestamp() + "waitMs" * interval '1 ms' end
  from json_to_recordset($1) as i(n int, subscription text, key text, dead boolean, "waitMs" float8)
  on conflict (subscription, key) do update set until = excluded.until`);

/** A copy may be stored while the message is being claimed, which nobody sees then. Nothing but this would ever remove it. */
export async function discardCopy(db: Database, subscription: string, seq: number): Promise<void> {
  await db.read(
    `delete from inbox i using handled h
     where i.subscription = $1 and i.seq = $2 and h.subscription = i.subscription and h.message_id = i.message_id`,
    [subscription, seq],
  );
}

/** Counts a start before the handler runs, in a transaction of its own: if the process dies, it has been counted. */
export async function countCrash(db: Database, subscription: string, seq: number): Promise<void> {
  await db.read('update inbox set crashes = crashes + 1 where subscription = $1 and seq = $2', [subscription, seq]);
}

/** The process lives: whatever the message has done, it has not killed it. */
export async function forgiveCrash(db: Database, subscription: string, seq: number): Promise<void> {
  await db.read('update inbox set crashes = crashes - 1 where subscription = $1 and seq = $2', [subscription, seq]);
}
