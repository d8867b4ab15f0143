import { defineEvent, type Message } from '@thali/kit/core';
import { InProcessTransport, type Receiver, type Subscription } from '@thali/kit/messaging';
import { createLog } from '@thali/kit/telemetry';
import { Database, provisionModule, type Tx } from '@thali/kit/postgres';
import { aPlug, moveTime, type Plug } from '@thali/kit/postgres/testing';
import { z } from 'zod';
import { messagingMigrations } from '..';
import { sharesChanged } from '../leases/partitions';
import { Messaging } from '../messaging';
import { send } from '../outbox/send';
import { timersChanged } from '../timers/schedule';

/** What a bell says: which one it is, and how often it has rung. */
export const Rang = defineEvent('tower.rang', 1, z.object({ bell: z.string(), n: z.int() }), {
  key: ({ bell }) => bell,
});
export type Ring = { bell: string; n: number };

/** What to do when a bell rings. */
export type Hear = (ring: Ring, tx: Tx, message: Message<Ring>) => Promise<void> | void;

/** A process that gets no processor for a while keeps them: they end when a test moves time. */
export const leaseMs = 60_000;
/** A lease that a dying instance takes with its last statement: it ends by itself, should a test have moved time before that. */
export const dyingLeaseMs = 5_000;

/** One of several processes that host the same module, a tower with a listener in it. */
export class Instance {
  private stopped: Promise<void> | undefined;

  private constructor(
    readonly db: Database,
    private readonly plug: Plug,
    private readonly messaging: Messaging,
    /** Takes what others have said, as a transport does. */
    readonly inbox: Receiver,
  ) {}

  /** @param hear is given the instance, so that it can die of what it hears. */
  static async start(
    serverUrl: string,
    hear: (instance: Instance) => Hear,
    { leaseMs: ms = leaseMs, ...options }: Partial<Subscription> & { leaseMs?: number } = {},
  ): Promise<Instance> {
    const plug = await aPlug(await provisionModule(serverUrl, 'tower'));
    const db = await Database.open({ module: 'tower', url: plug.url, migrations: messagingMigrations });
    const transport = new InProcessTransport();
    const inside = async (ring: Ring, tx: Tx, message: Message<Ring>) => hear(instance)(ring, tx, message);
    const listener: Subscription = { name: 'tower.listen', types: [Rang], handle: { inside }, ...options };
    const log = createLog('test', 'silent');
    const messaging = new Messaging({ db, subscriptions: [listener], transport, log, leaseMs: ms });
    const instance = new Instance(db, plug, messaging, transport.neighbours()[0]!);
    await messaging.prepare();
    messaging.start();
    return instance;
  }

  /** See {@link Messaging.lagMs}. */
  get lagMs(): number {
    return this.messaging.lagMs;
  }

  /** In one transaction. */
  ring(...bells: string[]): Promise<void> {
    return this.db.transaction(async (tx) => bells.forEach((bell, n) => send(tx, Rang({ bell, n }))));
  }

  /** As on kill -9: from this instant on it reaches nothing, and hands nothing over. */
  crash(): void {
    this.plug.pull();
  }

  /** The database is away for a while. */
  async without(database: () => Promise<void>): Promise<void> {
    this.plug.pull();
    await database();
    this.plug.putBack();
  }

  /** By the database's clock it is so much later, and this one looks what has become of its leases and timers. */
  async later(ms: number): Promise<void> {
    await moveTime(this.db, ms);
    this.db.emit(sharesChanged);
    this.db.emit(timersChanged);
  }

  /** Drains and ends; also puts an end to what a crash has left in this process. */
  stop(): Promise<void> {
    return (this.stopped ??= this.end());
  }

  /** How many partitions this one owns is for the database to say: its leases by owner, only those that still hold. */
  async shares(): Promise<number[]> {
    const rows = await this.db.read<{ parts: number }>(
      'select count(*) as parts from leases where until > database_time() group by owner order by parts',
    );
    return rows.map(({ parts }) => parts);
  }

  private async end(): Promise<void> {
    await this.messaging.stop().catch(() => {});
    await this.db.close();
    await this.plug.close();
  }
}
