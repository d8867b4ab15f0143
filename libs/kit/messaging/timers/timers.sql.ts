import type { Draft } from '../../core';
import { change, type Database, type MessageContext } from '../../postgres';
import { firstOfKey } from '../inbox/first-of-key.sql';

/** A timer that was seen. */
export interface Timer extends Draft {
  readonly part: number;
  readonly context: MessageContext;
  /** As the database writes it: when it is set anew, it is another. */
  readonly dueAt: string;
  /** Negative when its time has come. */
  readonly inMs: number;
}

/** The timers whose time has come, by the time of the statement, and the one that comes next. */
export async function lookForTimers(db: Database, parts: number[], limit: number): Promise<Timer[]> {
  type Row = Omit<Timer, 'story'> & MessageContext;
  const rows = await db.read<Row>(
    `select type, key, part::int, version, data, correlation_id as "correlationId", causation_id as "causationId", due_at::text as "dueAt",
       extract(epoch from due_at - statement_timestamp())::float8 * 1000 as "inMs"
     from (
       (select * from timers where part = any($1) and due_at <= statement_timestamp() order by due_at limit $2)
       union all
       (select * from timers where part = any($1) and due_at > statement_timestamp() order by due_at limit 1)
     ) t`,
    [parts, limit],
  );
  return rows.map(({ correlationId, causationId, ...timer }) => ({
    ...timer,
    context: { correlationId, causationId },
  }));
}

/**
 * Takes a timer away, if it is still the one that was seen; for a subscription only if nothing of its key waits there, or is blocked:
 * that has to be handled before.
 */
export const takeTimer = change<
  { type: string; key: string; dueAt: string; subscription: string | null },
  { taken: true }
>(`
  with i as (
    select * from json_to_recordset($1) as i(n int, type text, key text, "dueAt" timestamptz, subscription text) where ${firstOfKey('i')}
  )
  delete from timers t using i
  where t.type = i.type and t.key = i.key and t.due_at = i."dueAt"
    and t.type = any (array(select type from i)) and t.key = any (array(select key from i))
  returning i.n, true as taken`);
