import type { Database } from '../postgres';
import type { Log } from '../observability';
import { Loop } from './loop';
import type { Partitions } from './partitions';
import { record, timerSet } from './send';

const batchSize = 500;
const pollMs = 1_000;

interface Due {
  type: string;
  key: string;
  part: number;
  version: number;
  data: unknown;
  correlationId: string;
  causationId: string | null;
}

/** Sends what timers hold when their time has come: one transaction takes the timer away and records its message. */
export class Timers {
  private readonly loop: Loop;
  private readonly wake = () => this.loop.wake();

  constructor(
    private readonly db: Database,
    private readonly partitions: Partitions,
    log: Log,
  ) {
    this.loop = new Loop({ name: `${db.module} timers`, turn: () => this.fire(), pollMs, log });
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
      if (next.inMs < pollMs) this.loop.wakeAfter(Math.ceil(next.inMs));
      return false;
    }
    return (await this.sendDue(parts)) === batchSize;
  }

  private async sendDue(parts: number[]): Promise<number> {
    const client = await this.db.connect();
    let failure: Error | undefined;
    try {
      await client.query('begin');
      const { rows } = await client.query<Due>(
        `with due as (
           select type, key from timers where part = any($1) and due_at <= clock_timestamp()
           order by due_at limit ${batchSize} for update skip locked
         )
         delete from timers t using due where t.type = due.type and t.key = due.key
         returning t.type, t.key, t.part, t.version, t.data, t.correlation_id as "correlationId", t.causation_id as "causationId"`,
        [parts],
      );
      const drafts = rows.map((due, n) => ({ n, messageId: this.db.ids.uuid(), ...due }));
      const recorded = await client.query<{ signal: string }>({
        name: record.name,
        text: record.sql,
        values: [JSON.stringify(drafts)],
      });
      await client.query('commit');
      for (const { signal } of recorded.rows) this.db.emit(signal);
      return rows.length;
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      client.release(failure);
    }
  }
}
