import { change, type Database, type Story } from '../postgres';
import type { Draft } from '../core';
import type { Log } from '../observability';
import { Loop } from './loop';
import type { Partitions } from './partitions';
import { lookForTimersMs, send, timerSet } from './send';

const batchSize = 500;

interface Due extends Draft, Story {}

/** Sends what timers hold when their time has come: one transaction takes the timer away and records its message. */
export class Timers {
  private readonly loop: Loop;
  private readonly wake = () => this.loop.wake();

  constructor(
    private readonly db: Database,
    private readonly partitions: Partitions,
    log: Log,
  ) {
    this.loop = new Loop({ name: `${db.module} timers`, turn: () => this.fire(), pollMs: lookForTimersMs, log });
  }

  start(): void {
    this.db.on(timerSet, this.wake);
    this.partitions.on('gained', this.wake);
    this.loop.start();
  }

  async stop(): Promise<void> {
    this.db.off(timerSet, this.wake);
    this.partitions.off('gained', this.wake);
    await this.loop.stop();
  }

  private async fire(): Promise<boolean> {
    const parts = this.partitions.mine();
    if (parts.length === 0) return false;
    const [next] = await this.db.read<{ inMs: number }>(
      `select extract(epoch from due_at - clock_timestamp())::float8 * 1000 as "inMs"
       from timers where part = any($1) order by due_at limit 1`,
      [parts],
    );
    if (!next) return false;
    if (next.inMs > 0) {
      if (next.inMs < lookForTimersMs) this.loop.wakeAfter(Math.ceil(next.inMs));
      return false;
    }
    return (await this.sendDue(parts)) === batchSize;
  }

  private sendDue(parts: number[]): Promise<number> {
    return this.db.transaction(async (tx) => {
      const due = await tx.run(takeDue, { parts });
      for (const { type, version, key, data, ...story } of due) send(tx, { type, version, key, data }, { story });
      return due.length;
    });
  }
}

const takeDue = change<{ parts: number[] }, Due>(`
  with due as (
    select i.n, t.type, t.key
    from json_to_recordset($1) as i(n int, parts smallint[]) cross join lateral (
      select type, key from timers where part = any(i.parts) and due_at <= statement_timestamp()
      order by due_at limit ${batchSize} for update skip locked) t
  )
  delete from timers t using due where t.type = due.type and t.key = due.key
  returning due.n, t.type, t.key, t.version, t.data, t.correlation_id as "correlationId", t.causation_id as "causationId"`);
