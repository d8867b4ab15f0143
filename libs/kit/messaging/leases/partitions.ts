import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Database } from '../../postgres';
import { type Log, Loop, partitionCount } from '../../core';

/** Raised in the other instances of a module when partitions may have become free, or are to be released. */
export const sharesChanged = 'shares';

/** The NOTIFY channel of a module's instances. A payload is the sender's instance id and the signals that it raises, a line each. */
export const channelOf = (module: string): string => `wake_${module}`;

interface Standing {
  instances: number;
  mine: number[];
}

interface Taken {
  part: number;
  crashed: boolean;
}

/**
 * Divides a module's partitions among its live instances, by leases on the database's clock. An instance that dies loses its leases after
 * `leaseMs`; one that stops releases them.
 *
 * Emits `gained` (`{ part, crashed }[]`; crashed: the former owner did not release them) and `lost` (`number[]`).
 */
export class Partitions extends EventEmitter {
  readonly instanceId = randomUUID();
  /** Live instances of the module, this one included. */
  instances = 1;
  private owned = new Set<number>();
  private validUntil = 0;
  /** Whether the other instances know of this one. */
  private isAnnounced = false;
  private readonly wake = () => this.loop.wake();
  private readonly loop: Loop;

  /** @param leaseMs how long a dead instance's partitions stay leased at most; leases are renewed three times in that time. */
  constructor(
    private readonly db: Database,
    private readonly log: Log,
    private readonly leaseMs = 5_000,
  ) {
    super();
    this.setMaxListeners(100);
    const turn = () => this.renew();
    this.loop = new Loop({ name: `${db.module} leases`, turn, pollMs: leaseMs / 3, log });
  }

  start(): void {
    this.db.on(sharesChanged, this.wake);
    this.loop.start();
  }

  /** The partitions this instance may work on right now. */
  mine(): number[] {
    if (this.owned.size > 0 && performance.now() > this.validUntil) this.lose([...this.owned]);
    return [...this.owned];
  }

  owns(part: number): boolean {
    return this.owned.has(part) && performance.now() <= this.validUntil;
  }

  /** Releases all partitions. Call it when nothing is in flight any more. */
  async stop(): Promise<void> {
    this.db.off(sharesChanged, this.wake);
    await this.loop.stop();
    await this.db.read(`update leases set owner = null, until = '-infinity' where owner = $1`, [this.instanceId]);
    await this.db.read('delete from instances where instance_id = $1', [this.instanceId]);
    await this.notifyOthers();
    this.owned.clear();
  }

  private async renew(): Promise<boolean> {
    const asked = performance.now();
    const { instances, mine } = await this.extend();
    this.instances = instances;
    this.validUntil = asked + this.leaseMs;
    const lost = [...this.owned].filter((part) => !mine.includes(part));
    if (lost.length > 0) this.lose(lost);
    const share = Math.ceil(partitionCount / instances);
    this.regain(mine.slice(0, share));
    if (mine.length < share) await this.take(share - mine.length);
    if (mine.length > share) await this.release(mine.slice(share));
    if (!this.isAnnounced || mine.length > share) await this.notifyOthers();
    this.isAnnounced = true;
    return false;
  }

  private async notifyOthers(): Promise<void> {
    const payload = `${this.instanceId}\n${sharesChanged}`;
    await this.db.read('select pg_notify($1, $2)', [channelOf(this.db.module), payload]);
  }

  private async extend(): Promise<Standing> {
    const [standing] = await this.db.read<Standing>(
      `with me as (
         insert into instances values ($1, database_time() + $2 * interval '1 ms')
         on conflict (instance_id) do update set alive_until = excluded.alive_until
       ), gone as (
         delete from instances where alive_until < database_time() - interval '1 minute' and instance_id <> $1
       ), extended as (
         update leases set until = database_time() + $2 * interval '1 ms'
         where owner = $1 and until > database_time() returning part
       )
       select 1 + (select count(*) from instances where alive_until > database_time() and instance_id <> $1)::int as instances,
         array(select part::int from extended order by part) as mine`,
      [this.instanceId, this.leaseMs],
    );
    return standing ?? { instances: 1, mine: [] };
  }

  /** Takes up partitions again that this instance gave up because it was late to renew them, and that are still leased to it. */
  private regain(parts: number[]): void {
    const back = parts.filter((part) => !this.owned.has(part));
    if (back.length === 0) return;
    for (const part of back) this.owned.add(part);
    this.emit(
      'gained',
      back.map((part) => ({ part, crashed: false })),
    );
  }

  private async take(count: number): Promise<void> {
    const taken = await this.db.read<Taken>(
      `update leases l set owner = $1, fence = fence + 1, until = database_time() + $2 * interval '1 ms'
       from (select part, owner from leases where until < database_time() order by part limit $3 for update skip locked) free
       where l.part = free.part
       returning l.part::int, coalesce(free.owner <> $1, false) as crashed`,
      [this.instanceId, this.leaseMs, count],
    );
    if (taken.length === 0) return;
    for (const { part } of taken) this.owned.add(part);
    this.emit('gained', taken);
  }

  private async release(parts: number[]): Promise<void> {
    this.drop(parts);
    await this.db.read(`update leases set owner = null, until = '-infinity' where owner = $1 and part = any($2)`, [
      this.instanceId,
      parts,
    ]);
  }

  private lose(parts: number[]): void {
    this.log.warn({ module: this.db.module, partitions: parts }, 'lease lost');
    this.drop(parts);
  }

  private drop(parts: number[]): void {
    for (const part of parts) this.owned.delete(part);
    this.emit('lost', parts);
  }
}
