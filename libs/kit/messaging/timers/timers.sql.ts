import type { Draft } from '../../core';
import { rows, type Database, type MessageContext } from '../../postgres';
import { firstOfKey } from '../inbox/first-of-key.sql';
import { TimerRows } from '../tables/messaging.tables';

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
  const found = await db.read<Row>(
    `with moment as materialized (select database_time() as now)
     select ${TimerRows.columns('t', 'type', 'key', 'part', 'version', 'data', 'correlationId', 'causationId')}, due_at::text as "dueAt",
       extract(epoch from due_at - (select now from moment))::float8 * 1000 as "inMs"
     from (
       (select * from timers where part = any($1) and due_at <= (select now from moment) order by due_at limit $2)
       union all
       (select * from timers where part = any($1) and due_at > (select now from moment) order by due_at limit 1)
     ) t`,
    [parts, limit],
  );
  return found.map(({ correlationId, causationId, ...timer }) => ({
    ...timer,
    context: { correlationId, causationId },
  }));
}

const { type, key, dueAt } = TimerRows.newRow;

/**
 * Claims a timer: it is deleted, if it is still as it was read; with a subscription, only if nothing of its key waits or is blocked there:
 * that has to be handled first.
 */
export const claimTimer = rows({ type, key, dueAt, subscription: 'text?' }).change<{ claimed: true }>(
  (input) => `
  with i as (
    select * from ${input} where ${firstOfKey('i')}
  )
  delete from timers t using i
  where t.type = i.type and t.key = i.key and t.due_at = i."dueAt"
    and t.type = any (array(select type from i)) and t.key = any (array(select key from i))
  returning i.n, true as claimed`,
);
