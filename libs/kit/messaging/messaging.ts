import type { Subscription } from './ports/subscription';
import type { Transport } from './ports/transport';
import type { Log } from '../core';
import type { Database } from '../postgres';
import { Consumer } from './inbox/consumer';
import type { Dispatcher } from './inbox/dispatcher';
import { Inbox } from './inbox/inbox';
import { Partitions } from './leases/partitions';
import { Relay } from './outbox/relay';
import { Retention, dedupeDays } from './log/retention';
import { record, recordInto } from './outbox/send';
import { Timers } from './timers/timers';
import { WakeUp } from './leases/wake-up';

interface Options {
  db: Database;
  subscriptions: readonly Subscription[];
  transport: Transport;
  log: Log;
  /** See {@link Partitions}. */
  leaseMs?: number;
  /** Days for which messages are kept. See {@link Retention}. */
  retentionDays?: number;
  /** Deletes other data older than that. */
  alsoForget?: (db: Database, days: number) => Promise<void>;
}

/** Everything that moves a module's messages: relays, timers and one consumer per subscription, on the partitions it has leased. */
export class Messaging {
  private readonly partitions: Partitions;
  private readonly timers: Timers;
  private readonly wakeUp: WakeUp;
  private readonly consumers: Consumer[];
  private readonly retention: Retention;
  private relays: Relay[] = [];
  /** By type, the dispatcher of the only subscription of this module that wants it. */
  private readonly dispatchers = new Map<string, Dispatcher>();
  /** The types that other modules want, too: a timer of one of these has to become a message. */
  private wantedElsewhere = new Set<string>();

  constructor(private readonly options: Options) {
    const { db, subscriptions, transport, log, leaseMs, retentionDays: days = dedupeDays, alsoForget: also } = options;
    refuseDuplicates(subscriptions);
    this.partitions = new Partitions(db, log, leaseMs);
    this.timers = new Timers(db, this.partitions, (type) => this.dispatcherOfTimer(type), log);
    this.wakeUp = new WakeUp(db, this.partitions, log);
    this.consumers = subscriptions.map((subscription) => new Consumer(db, this.partitions, subscription, log));
    this.retention = new Retention({ db, log, days, also });
    for (const type of new Set(subscriptions.flatMap(({ types }) => types.map(({ type }) => type)))) {
      const wanting = this.consumers.filter((_, n) => subscriptions[n]!.types.some((wanted) => wanted.type === type));
      if (wanting.length === 1 && wanting[0]) this.dispatchers.set(type, wanting[0].dispatcher);
    }
    for (const { connect } of subscriptions) connect?.(transport);
    transport.register(new Inbox(db, subscriptions, (type) => this.dispatchers.get(type)));
  }

  /**
   * Stores which destinations want which types, for `send`. Call it when every module of the process has registered and the transport has
   * started, and before anything is sent: a message goes to the destinations that are known when it is recorded.
   */
  async prepare(): Promise<void> {
    const { db, transport } = this.options;
    const routes = transport.routes();
    await db.read(
      `with wanted as (select * from unnest($1::text[], $2::text[]) as r(type, destination)),
       gone as (delete from routes r where not exists (select 1 from wanted w where w.type = r.type and w.destination = r.destination))
       insert into routes select distinct type, destination from wanted on conflict do nothing`,
      [routes.map(({ type }) => type), routes.map(({ destination }) => destination)],
    );
    await this.retention.prepare();
    const coLocatedInboxes = await Promise.all(
      transport.neighbours().map((neighbour) => neighbour.openCoLocatedInbox(db)),
    );
    db.override(
      record,
      recordInto(
        db.module,
        coLocatedInboxes.flatMap((coLocatedInbox) => coLocatedInbox ?? []),
      ),
    );
  }

  start(): void {
    const { db, transport, log } = this.options;
    const routes = transport.routes();
    const elsewhere = routes.filter(({ destination }) => destination !== db.module);
    this.wantedElsewhere = new Set(elsewhere.map(({ type }) => type));
    const destinations = new Set(routes.map(({ destination }) => destination));
    this.relays = [...destinations].map((destination) => new Relay(db, this.partitions, transport, destination, log));
    const loops = [...this.relays, this.timers, ...this.consumers, this.wakeUp, this.partitions, this.retention];
    for (const loop of loops) loop.start();
  }

  /** How late the module is, in milliseconds, with handling and with delivering. */
  get lagMs(): number {
    return Math.max(0, ...[...this.consumers, ...this.relays].map(({ lagMs }) => lagMs));
  }

  /** Drains: begins nothing new, waits for what is in flight, then hands the partitions over. */
  async stop(): Promise<void> {
    await Promise.all([...this.consumers, this.timers, this.retention].map((part) => part.stop()));
    await Promise.all(this.relays.map((relay) => relay.stop()));
    await this.wakeUp.stop();
    await this.partitions.stop();
  }

  private dispatcherOfTimer(type: string): Dispatcher | undefined {
    return this.wantedElsewhere.has(type) ? undefined : this.dispatchers.get(type);
  }
}

function refuseDuplicates(subscriptions: readonly Subscription[]): void {
  const seen = new Set<string>();
  for (const { name } of subscriptions) {
    if (seen.has(name)) throw new Error(`two handlers subscribe as ${name}: give each its own name`);
    seen.add(name);
  }
}
