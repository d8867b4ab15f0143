import type { PoolClient } from 'pg';
import { firstIdAt } from '../../core';
import { refusedByLock, type Database } from '../../postgres';

/** The tables that are partitioned by the time of the message's id. */
export const weeklyTables = ['messages', 'handled'] as const;
export type WeeklyTable = (typeof weeklyTables)[number];

export const weekMs = 7 * 24 * 3_600_000;
/** How long to wait for an exclusive lock: every statement that comes after it waits, too. */
const lockWithinMs = 100;
const tries = 5;
const longestPauseMs = 500;

/** Weeks are counted from 1970. */
export const weekAt = (ms: number): number => Math.floor(ms / weekMs);

/** The table of a week, and the ids that are in it: from the first to before the second. */
export function tableOf(table: WeeklyTable, week: number): { name: string; from: string; to: string } {
  const begins = new Date(week * weekMs).toISOString().slice(0, 10);
  const name = `${table}_${begins.replaceAll('-', '_')}`;
  return { name, from: firstIdAt(week * weekMs), to: firstIdAt((week + 1) * weekMs) };
}

/** The weeks that have a table. */
export async function weeksOf(db: Database, table: WeeklyTable): Promise<number[]> {
  const rows = await db.read<{ week: number }>(
    `select (extract(epoch from to_date(substr(relname, length($1) + 2), 'YYYY_MM_DD')) * 1000 / $2)::int as week
     from pg_inherits join pg_class on oid = inhrelid
     where inhparent = to_regclass($1) and relname ~ '_\\d{4}_\\d\\d_\\d\\d$' order by week`,
    [table, weekMs],
  );
  return rows.map(({ week }) => week);
}

/** The weeks of the rows in the default partition: theirs had no table when they were inserted. */
export async function weeksInDefault(db: Database, table: WeeklyTable): Promise<number[]> {
  const rows = await db.read<{ week: number }>(
    `select distinct ('x' || substr(replace(message_id::text, '-', ''), 1, 12))::bit(48)::bigint / $1::bigint as week
     from ${table}_default`,
    [weekMs],
  );
  return rows.map(({ week }) => week);
}

/** Creates the week's table, and moves its rows there from the default partition. @returns false when a reader held the tables locked. */
export function makeWeek(db: Database, table: WeeklyTable, week: number): Promise<boolean> {
  const { name, from, to } = tableOf(table, week);
  return alone(db, async (client) => {
    const { rows } = await client.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [name]);
    if (rows[0]?.exists) return;
    await client.query(`
      lock table only ${table} in share update exclusive mode;
      lock table ${table}_default in access exclusive mode;
      create table ${name} (like ${table} including defaults);
      with moved as (delete from ${table}_default where message_id >= '${from}' and message_id < '${to}' returning *)
      insert into ${name} select * from moved;
      alter table ${table} attach partition ${name} for values from ('${from}') to ('${to}')`);
  });
}

/**
 * Drops the week's table, unless an outbox row still needs one of its messages, or will when a dead letter is replayed.
 *
 * @returns false when a reader held the tables locked.
 */
export async function dropWeek(db: Database, table: WeeklyTable, week: number): Promise<boolean> {
  const { name, from, to } = tableOf(table, week);
  const undelivered = `select from outbox where message_id >= $1 and message_id < $2
    union all select from dead_letters where message_id >= $1 and message_id < $2 and starts_with(subscription, 'outbox to ') limit 1`;
  const isNeeded = async (client: Pick<PoolClient, 'query'>) =>
    table === 'messages' && (await client.query(undelivered, [from, to])).rows.length > 0;
  return alone(db, async (client) => {
    if (await isNeeded(client)) return;
    await client.query(`lock table only ${table} in access exclusive mode`);
    if (await isNeeded(client)) return;
    await client.query('update horizon set before = $1, at = to_timestamp($2::float8 / 1000) where before < $1', [
      to,
      (week + 1) * weekMs,
    ]);
    await client.query(`drop table ${name}`);
  });
}

/** One transaction, one at a time over all instances of the module. It gives up soon where a table is locked, and tries again. */
async function alone(db: Database, work: (client: PoolClient) => Promise<void>): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    if (await attemptAlone(db, work)) return true;
    if (attempt === tries) return false;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * longestPauseMs));
  }
}

async function attemptAlone(db: Database, work: (client: PoolClient) => Promise<void>): Promise<boolean> {
  const client = await db.connect();
  let failure: Error | undefined;
  try {
    await client.query(`begin; set local lock_timeout = ${lockWithinMs}`);
    await client.query('select pg_advisory_xact_lock(hashtext($1))', [`weeks of ${db.module}`]);
    await work(client);
    await client.query('commit');
    return true;
  } catch (error) {
    await client.query('rollback').catch((broken: Error) => (failure = broken));
    if (refusedByLock(error)) return false;
    throw error;
  } finally {
    client.release(failure);
  }
}
