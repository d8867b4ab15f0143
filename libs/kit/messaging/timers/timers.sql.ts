import type { Draft } from '../../core';
import { change, type Database, type MessageContext } from '../../postgres';
import { firstOfKey } from '../inbox/first-of-key.sql';

/** A timer as it was read. */
export interface Timer extends Draft {
  readonly part: number;
  readonly context: MessageContext;
  /** As the database prints it. Identifies the timer: scheduling it again changes it. */
  readonly dueAt: string;
  /** Milliseconds until it is due; negative when it is. */
  readonly inMs: number;
}

/** The timers that are due, by one moment of the statement, and the one that is due next. */
export async function fetchTimers(db: Database, parts: number[], limit: number): Promise<Timer[]> {
  type Row = Omit<Timer, 'context'> & MessageContext;
  const rows = await db.read<Row>(
    `with moment as materialized (select database_time() as now)
     select type, key, part::int, version, data, correlation_id as "correlationId", causation_id as "causationId", due_at::text as "dueAt",
       extract(epoch from due_at - (select now from moment))::float8 * 1000 as "inMs"
     from (
       (select * from timers where part = any($1) and due_at <= (select now from moment) order by due_at limit $2)
       union all
       (select * from timers where part = any($1) and due_at > (select now from moment) order by due_at limit 1)
     ) t`,
    [parts, limit],
  );
  return rows.map(({ correlationId, causationId, ...timer }) => ({
    ...timer,
    context: { correlationId, causationId },
  }));
}

/**
 * Claims a timer: it is deleted, if it is still as it was read; with a subscription, only if nothing of its key waits or is blocked there:
 * that has to be handled first.
 */
export const claimTimer = change<
  { type: string; key: string; dueAt: string; subscription: string | null },
  { claimed: true }
>(`
  with i as (
    select * from json_to_recordset($1) as i(n int, type text, key text, "dueAt" timestamptz, subscription text) where ${firstOfKey('i')}
  )
  delete from timers t using i
  where t.type = i.type and t.key = i.key and t.due_at = i."dueAt"
    and t.type = any (array(select type from i)) and t.key = any (array(select key from i))
  returning i.n, true as claimed`);
