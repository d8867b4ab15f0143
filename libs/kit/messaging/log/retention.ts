import { type Log, Loop } from '../../core';
import type { Database } from '../../postgres';
import { dropWeek, makeWeek, strayWeeks, weekAt, weekMs, weeklyTables, weeksOf, type WeeklyTable } from './weeks';

const everyMs = 3_600_000;
const dayMs = 24 * 3_600_000;

/** Days for which a duplicate is recognised at least, and so the least that anybody may choose to remember. */
export const dedupeDays = 30;

interface Options {
  db: Database;
  log: Log;
  /** How long messages, and that they were handled, are remembered; `dedupeDays` at least. */
  days: number;
  /** What else is to be forgotten when it is older than `days`. */
  also?: (db: Database, days: number) => Promise<void>;
}

/**
 * Makes tables for the weeks to come and drops those of weeks gone by, while everybody works. All instances do it; each step is
 * one's at a time, and done once.
 *
 * A message's week is that of its id, by the clock of the process that made it. A clock that is slow by some days shortens by as
 * many the time for which duplicates of its messages are recognised; it loses no message.
 */
export class Retention {
  private readonly loop: Loop;

  constructor(private readonly options: Options) {
    const { db, log } = options;
    this.loop = new Loop({ name: `${db.module} retention`, turn: () => this.turn(), pollMs: everyMs, log });
  }

  /** Makes the weeks that are missing. Call it before anything is recorded: what finds no week has to be moved. */
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
        if (this.isOver(week, now)) this.note(await dropWeek(db, table, week), `dropping a week of ${table}`);
    }
    await also?.(db, days);
    return false;
  }

  /** This week and the next, so that there is always one; and those of what has strayed meanwhile. */
  private async makeWeeks(table: WeeklyTable, now: number): Promise<void> {
    const { db } = this.options;
    const existing = await weeksOf(db, table);
    const strays = await strayWeeks(db, table);
    const wanted = new Set([weekAt(now), weekAt(now) + 1, ...strays.filter((week) => this.isCurrent(week, now))]);
    for (const week of wanted)
      if (!existing.includes(week)) this.note(await makeWeek(db, table, week), `making a week of ${table}`);
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

  private note(done: boolean, what: string): void {
    const { db, log } = this.options;
    if (!done) log.info({ module: db.module }, `${what} has to wait: somebody reads it all; next try within an hour`);
  }
}
