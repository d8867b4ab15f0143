import { type AnyMessageType, type Draft, partitionOf } from '../../core';
import { change, type MessageContext, type Tx } from '../../postgres';
import type { RecordRow } from '../ports/receiver';

/** {@link Timers} reads the table this often, whatever signals it has had. */
export const timerPollMs = 1_000;
/** Raised after the commit of a transaction that set timers due before the next poll; with each comes a {@link TimerSet}. */
export const timersChanged = 'timers';

/**
 * Sends the message later: not before `afterMs` milliseconds have passed on the database's clock. A type has one timer per key; scheduling
 * it again moves it. The timer is gone when the transaction rolls back, and survives every crash when it commits.
 */
export function schedule(
  tx: Tx,
  draft: Draft,
  { afterMs, context = tx.context }: { afterMs: number; context?: MessageContext },
): void {
  tx.defer(setTimer, { part: partitionOf(draft.key), afterMs, ...context, ...draft });
}

/** Cancels the timer of this type and key, if it is still set. A message of a timer that has fired may still arrive: expect it. */
export function cancelScheduled(tx: Tx, { type }: AnyMessageType, key: string): void {
  tx.defer(setTimer, { type, key, afterMs: null });
}

export interface TimerRow extends Omit<RecordRow, 'messageId'> {
  afterMs: number;
}

/** What the statement returns for a timer that is due soon. */
export interface TimerSet {
  /** As the database prints it. */
  readonly dueAt: string;
}

/** Sets timers, and cancels those without `afterMs`. Of several changes to one timer in a transaction the last counts. */
const setTimer = change<TimerRow | { type: string; key: string; afterMs: null }, { signal: string } & TimerSet>(`
  with i as (
    select distinct on (type, key) *
    from json_to_recordset($1) as i(n int, type text, key text, part smallint, version int, data json, "correlationId" text,
      "causationId" uuid, "afterMs" float8)
    order by type, key, n desc
  ), cancelled as (
    delete from timers t using i where t.type = i.type and t.key = i.key and i."afterMs" is null
      and t.type = any (array(select type from i)) and t.key = any (array(select key from i))
  ), timed as (
    insert into timers (type, key, part, version, data, correlation_id, causation_id, due_at)
    select type, key, part, version, data, "correlationId", "causationId", database_time() + "afterMs" * interval '1 ms'
    from i where "afterMs" is not null order by type, key
    on conflict (type, key) do update set version = excluded.version, data = excluded.data, due_at = excluded.due_at,
      correlation_id = excluded.correlation_id, causation_id = excluded.causation_id
    returning type, key, due_at
  )
  select n, '${timersChanged}' as signal, due_at::text as "dueAt" from i join timed using (type, key) where "afterMs" < ${timerPollMs}`);
