import { type Log, Loop } from '../../core';
import { MessagesRefused, outboxPrefix, type Transport } from '../ports/transport';
import type { Database, RowOf } from '../../postgres';
import { Messages, toMessage } from '../tables/messaging.tables';
import type { Partitions } from '../leases/partitions';
import { RefusedMessages } from './refused-messages';
import { outboxChanged } from './send';

/** Messages that are read, delivered and deleted together. */
const batchSize = 500;
/** How long the last delivery counts for the lag, in milliseconds. */
const recentMs = 1_000;

type Row = RowOf<typeof Messages> & { seq: number; waitedMs: number };

/**
 * Delivers the outbox to one destination: reads a batch in order, delivers it, and deletes it when the destination has confirmed it, with the
 * statement that reads the next batch. After a crash in between it delivers the batch again, and the destination skips it. There is one
 * relay per destination, so that one that is away does not hold up the others. A message that the transport refuses becomes a dead letter
 * after some attempts, and holds up its own key only: see {@link RefusedMessages}.
 */
export class Relay {
  private readonly loop: Loop;
  private readonly wake = () => this.loop.wake();
  /** Rows to delete: the destination has confirmed them. */
  private confirmed: number[] = [];
  private readonly refused: RefusedMessages;
  private delivered = { at: -Infinity, waitedMs: 0 };

  constructor(
    private readonly db: Database,
    private readonly partitions: Partitions,
    private readonly transport: Transport,
    private readonly destination: string,
    log: Log,
  ) {
    const turn = () => this.deliver();
    this.refused = new RefusedMessages(db, destination, log);
    this.loop = new Loop({ name: `relay ${db.module} to ${destination}`, turn, pollMs: 1_000, log });
  }

  /** How long the oldest message of the last delivery had waited. A destination that is away is not counted: this process cannot help it. */
  get lagMs(): number {
    return performance.now() - this.delivered.at < recentMs ? this.delivered.waitedMs : 0;
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
    // Rows that cannot be deleted now are delivered once more, and skipped.
    if (this.confirmed.length > 0) await this.deleteAndRead([]).catch(() => {});
  }

  private async deliver(): Promise<boolean> {
    const parts = this.partitions.mine();
    if (parts.length === 0 && this.confirmed.length === 0) return false;
    const rows = await this.deleteAndRead(parts);
    const [oldest] = rows;
    if (!oldest) return false;
    const since = performance.now() - oldest.waitedMs;
    const { module: producer } = this.db;
    const messages = rows.map(({ seq: _, waitedMs: __, ...row }) => toMessage({ ...row, producer }));
    const refusal = await this.transport.deliver(this.destination, messages).catch(unlessRefused);
    this.confirmed = rows.flatMap(({ seq, messageId }) => (refusal?.undelivered.has(messageId) ? [] : seq));
    this.delivered = { at: performance.now(), waitedMs: performance.now() - since };
    if (refusal) await this.refused.count(refusal, rows);
    this.loop.wake();
    if (rows.length > 1) this.loop.gather();
    return rows.length === batchSize;
  }

  /** Deletes the confirmed rows and reads the next ones, in one statement. */
  private async deleteAndRead(parts: number[]): Promise<Row[]> {
    const rows = await this.db.read<Row>(
      `with gone as (
         delete from outbox where destination = $1 and seq = any($3)
       )
       select o.seq, ${Messages.columns('m')},
         date_part('epoch', clock_timestamp() - m.recorded_at) * 1000 as "waitedMs"
       from outbox o join messages m using (message_id)
       where o.destination = $1 and o.part = any($2) and o.seq not in (select unnest($3::bigint[]))
         and m.key <> all (array(select b.key from blocked_keys b where b.subscription = '${outboxPrefix}' || $1))
       order by o.seq limit ${batchSize}`,
      [this.destination, parts, this.confirmed],
    );
    this.confirmed = [];
    return rows;
  }
}

function unlessRefused(error: unknown): MessagesRefused {
  if (error instanceof MessagesRefused) return error;
  throw error;
}
