import type { Client } from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { schemas } from './tables';

/** One row as it was changed. */
export interface Change {
  readonly transaction: string;
  /** With its schema, quoted as SQL wants it. */
  readonly table: string;
  readonly operation: 'INSERT' | 'UPDATE' | 'DELETE';
  /** Columns by name, in JSON; null where there is none. */
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

const quietMs = 1_500;
const endsWithinMs = 60_000;
const deadlockDetected = '40P01';

/** Instances tell each other that they live; that belongs to no order. */
const notOfOrders = ['instances', 'leases', 'routes', 'migrations', 'snapshots'];

/**
 * Notes, in the order of writing, every row that changes in the modules' schemas while the work is done and until nothing changes any
 * more. What a table's own triggers write is left out: they write it again for whoever writes the rest.
 */
export async function recordChanges(admin: Client, work: () => Promise<void>): Promise<Change[]> {
  await change(admin, arm);
  try {
    await work();
    await untilQuiet(admin);
    const { rows } = await admin.query<Change>(`
      select transaction, "table", operation, before, after from bench.changes order by seq`);
    return rows;
  } finally {
    await change(admin, 'drop schema bench cascade');
  }
}

/** Changes all tables at once. Whoever uses several of them at that moment may lock them in another order: then one of the two gives way. */
async function change(admin: Client, sql: string): Promise<void> {
  for (;;) {
    try {
      await admin.query(sql);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== deadlockDetected) throw error;
    }
  }
}

async function untilQuiet(admin: Client): Promise<void> {
  const until = performance.now() + endsWithinMs;
  for (let [seen, count] = [-1, 0]; seen !== count || count === 0;) {
    if (performance.now() > until) throw new Error('the order to be recorded does not come to rest');
    seen = count;
    await pause(quietMs);
    const { rows } = await admin.query<{ count: number }>('select count(*)::int as count from bench.changes');
    count = rows[0]?.count ?? 0;
  }
}

const arm = `
  create schema bench;
  create table bench.changes (
    seq bigint generated always as identity, transaction text not null, "table" text not null, operation text not null,
    before json, after json
  );
  create function bench.note() returns trigger language plpgsql security definer set search_path = '' as $$
  begin
    if pg_catalog.pg_trigger_depth() = 1 then
      insert into bench.changes (transaction, "table", operation, before, after)
      select pg_catalog.pg_current_xact_id()::text,
        coalesce(nullif(pg_catalog.pg_partition_root(tg_relid), null), tg_relid)::regclass::text, tg_op,
        case when tg_op <> 'INSERT' then pg_catalog.to_json(old) end,
        case when tg_op <> 'DELETE' then pg_catalog.to_json(new) end;
    end if;
    return null;
  end $$;
  grant usage on schema bench to public;
  do $$
  declare spot record;
  begin
    for spot in
      select c.oid::regclass as it from pg_class c
      where c.relnamespace in ${schemas}
        and c.relkind in ('r', 'p') and not c.relispartition and c.relname not in ('${notOfOrders.join("', '")}')
    loop
      execute format(
        'create trigger zz_note after insert or update or delete on %s for each row execute function bench.note()', spot.it);
    end loop;
  end $$;`;
