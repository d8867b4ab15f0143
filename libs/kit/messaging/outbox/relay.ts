import { type Message, type Log, Loop } from '../../core';
import type { Transport } from '../ports/transport';
import type { Database } from '../../postgres';
import type { Partitions } from '../leases/partitions';
import { outboxChanged } from './send';

/** Messages read, delivered and deleted at once. */
const batchSize = 500;
const justNowMs = 1_000;

interface Row extends Omit<Message, 'producer' | 'recordedAt'> {
  seq: number;
  recordedAt: Date;
  waitedMs: number;
}

/**
 * Carries the outbox to one destination: reads a batch in order, delivers it, deletes it when the destination has confirmed, with the
 * statement that reads the next one.
 * A crash in between delivers again; the destination recognises that. A destination that is away holds up nobody else.
 */
export class Relay {
  private readonly loop: Loop;
  private readonly wake = () => this.loop.wake();
  /** What is to be deleted: the destination has it. */
  private confirmed: number[] = [];
  private delivered = { at: -Infinity, waitedMs: 0 };

  constructor(
    private readonly db: Database,
    private readonly partitions: Partitions,
    private readonly transport: Transport,
    private readonly destination: string,
    log: Log,
  ) {
    const turn = () => this.carry();
    this.loop = new Loop({ name: `relay ${db.module} to ${destination}`, turn, pollMs: 1_000, log });
  }

  /** How long the oldest had waited of what was delivered just now. A destination that is away is not counted: it makes no work. */
  get lagMs(): number {
    return performance.now() - this.delivered.at < justNowMs ? this.delivered.waitedMs : 0;
  }

  start(): void {
    this.db.on(outboxChanged(this.destination), this.wake);
    this.partitions.on('gained', this.wake);
    this.loop.start();
  }

  async stop(): Promise<void> {
    this.db.off(outboxChanged(this.destination), this.wake);
    this.partitions.off('gained', this.wake);
    await this.loop.stop();
    // What cannot be deleted now is delivered once more, and recognised.
    if (this.confirmed.length > 0) await this.turnOver([]).catch(() => {});
  }

  private async carry(): Promise<boolean> {
    const parts = this.partitions.mine();
    if (parts.length === 0 && this.confirmed.length === 0) return false;
    const rows = await this.turnOver(parts);
    const [oldest] = rows;
    if (!oldest) return false;
    const since = performance.now() - oldest.waitedMs;
    const messages = rows.map(({ seq: _, waitedMs: __, recordedAt, ...message }) => ({
      ...message,
      producer: this.db.module,
      recordedAt: recordedAt.toISOString(),
    }));
    await this.transport.deliver(this.destination, messages);
    this.confirmed = rows.map(({ seq }) => seq);
    this.delivered = { at: performance.now(), waitedMs: performance.now() - since };
    this.loop.wake();
    if (rows.length > 1) this.loop.gather();
    return rows.length === batchSize;
  }

  /** Deletes what was confirmed, and reads what comes after it, in one statement. */
  private async turnOver(parts: number[]): Promise<Row[]> {
    const rows = await this.db.read<Row>(
      `with gone as (
         delete from outbox where destination = $1 and seq = any($3)
       )
       select o.seq, m.message_id as id, m.type, m.version, m.key, m.key_version as "keyVersion", m.data,
         m.correlation_id as "correlationId", m.causation_id as "causationId", m.recorded_at as "recordedAt",
         date_part('epoch', clock_timestamp() - m.recorded_at) * 1000 as "waitedMs"
       from outbox o join messages m using (message_id)
       where o.destination = $1 and o.part = any($2) and o.seq not in (select unnest($3::bigint[]))
       order by o.seq limit ${batchSize}`,
      [this.destination, parts, this.confirmed],
    );
    this.confirmed = [];
    return rows;
  }
}
