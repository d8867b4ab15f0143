import { type AnyMessageType, type Draft, partitionOf } from '../../core';
import { rows, type MessageContext, type Tx } from '../../postgres';
import { TimerRows } from '../tables/messaging.tables';
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
export function cancelScheduled(tx: Tx, { type, version }: AnyMessageType, key: string): void {
  tx.defer(setTimer, { type, version, key, part: partitionOf(key), data: null, ...tx.context, afterMs: null });
}

export interface TimerRow extends Omit<RecordRow, 'messageId'> {
  afterMs: number;
}

/** What the statement returns for a timer that is due soon. */
export interface TimerSet {
  /** As the database prints it. */
  readonly dueAt: string;
}

const { dueAt: _, ...newTimer } = TimerRows.newRow;

/**
 * Sets timers, and cancels those without `afterMs`. Of several changes to one timer in a transaction the last counts, so one statement does
 * both.
 */
const setTimer = rows({ ...newTimer, afterMs: 'float8?' }).change<{ signal: string } & TimerSet>(
  (input) => `
  with i as (
    select distinct on (type, key) * from ${input}
    order by type, key, n desc
  ), cancelled as (
    delete from timers t using i where t.type = i.type and t.key = i.key and i."afterMs" is null
      and t.type = any (array(select type from i)) and t.key = any (array(select key from i))
  ), timed as (
    ${TimerRows.upsertFrom(`(
      select *, database_time() + "afterMs" * interval '1 ms' as "dueAt" from i where "afterMs" is not null
    ) i`)}
    returning type, key, due_at
  )
  select n, '${timersChanged}' as signal, due_at::text as "dueAt" from i join timed using (type, key) where "afterMs" < ${timerPollMs}`,
);
