import { type Log, Loop } from '../../core';
import type { Database } from '../../postgres';
import {
  dropWeek,
  makeWeek,
  tableOf,
  weekAt,
  weekMs,
  weeklyTables,
  weeksInDefault,
  weeksOf,
  type WeeklyTable,
} from './weeks';

const everyMs = 3_600_000;
const dayMs = 24 * 3_600_000;

/** Days for which a duplicate is recognised at least: the shortest retention that may be configured. */
export const dedupeDays = 30;

interface Options {
  db: Database;
  log: Log;
  /** How long messages and `handled` rows are kept; `dedupeDays` at least. */
  days: number;
  /** Deletes other data older than `days`. */
  also?: (db: Database, days: number) => Promise<void>;
}

/**
 * Creates the tables of the weeks to come and drops those of past weeks, online. All instances do it; each step is done by one instance at a
 * time, and once.
 *
 * The week of a message is that of its id, by the clock of the process that recorded it. If that clock is slow by some days, duplicates of
 * its messages are recognised for as many days less; no message is lost.
 */
export class Retention {
  private readonly loop: Loop;

  constructor(private readonly options: Options) {
    const { db, log } = options;
    this.loop = new Loop({ name: `${db.module} retention`, turn: () => this.turn(), pollMs: everyMs, log });
  }

  /** Creates the tables that are missing. Call it before anything is recorded: rows without a week's table have to be moved later. */
  async prepare(): Promise<void> {
    const now = await this.now();
    for (const table of weeklyTables) await this.makeWeeks(table, now);
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async turn(): Promise<boolean> {
    const { db, days, also } = this.options;
    const now = await this.now();
    for (const table of weeklyTables) {
      await this.makeWeeks(table, now);
      for (const week of await weeksOf(db, table))
        if (this.isOver(week, now))
          this.note(await dropWeek(db, table, week), 'partition drop postponed: reader active', table, week);
    }
    await also?.(db, days);
    return false;
  }

  /** This week and the next, so that there is always one; and those of rows in the default partition. */
  private async makeWeeks(table: WeeklyTable, now: number): Promise<void> {
    const { db } = this.options;
    const existing = await weeksOf(db, table);
    const unplaced = await weeksInDefault(db, table);
    const wanted = new Set([weekAt(now), weekAt(now) + 1, ...unplaced.filter((week) => this.isCurrent(week, now))]);
    for (const week of wanted)
      if (!existing.includes(week))
        this.note(await makeWeek(db, table, week), 'partition creation postponed: reader active', table, week);
  }

  private isOver(week: number, now: number): boolean {
    return (week + 1) * weekMs + this.options.days * dayMs <= now;
  }

  private isCurrent(week: number, now: number): boolean {
    return !this.isOver(week, now) && week <= weekAt(now) + 1;
  }

  private async now(): Promise<number> {
    const [row] = await this.options.db.read<{ now: number }>(
      'select extract(epoch from clock_timestamp())::float8 * 1000 as now',
    );
    return row?.now ?? NaN;
  }

  /** The next turn tries again. */
  private note(isDone: boolean, postponed: string, table: WeeklyTable, week: number): void {
    const { db, log } = this.options;
    if (!isDone) log.info({ module: db.module, partition: tableOf(table, week).name, retryInMs: everyMs }, postponed);
  }
}
