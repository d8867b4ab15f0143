import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineEvent, type Message, Log } from '../../core';
import { messagingMigrations } from '..';
import { sharesChanged } from '../leases/partitions';
import { Messaging } from '../messaging';
import { Database, provisionModule, rows, type Tx } from '../../postgres';
import { aServer, moveTime, type TestServer } from '../../postgres/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Subscription } from '../ports/subscription';
import type { Transport } from '../ports/transport';
import type { Cables } from './wire/cables';

/** What the suite talks about: numbered words, keyed by who says them. */
export const Said = defineEvent('talker.said', 2, z.object({ who: z.string(), n: z.int() }), {
  key: ({ who }) => who,
  upcasts: { 1: (older: { who: string; number: string }) => ({ who: older.who, n: Number(older.number) }) },
});

export type Word = { who: string; n: number };

/** Where the modules' tables are. */
export type Placement = (typeof placements)[number];
export const placements = ['one database', 'a database per module'] as const;

/** The modules of the suite. */
export type Party = 'talker' | 'listener';

/** Both databases, for somebody who only looks. */
export type Witness = Readonly<Record<Party, Database>>;

/** A transport as the suite sees it. */
export interface BusUnderTest {
  readonly name: string;
  /** Whether it is a road between processes: talker and listener live apart then. */
  readonly apart: boolean;
  /**
   * A transport for one more process; those of one world are one bus, and those of different worlds never meet.
   *
   * @param through gives the URL by which this process reaches a broker.
   */
  aTransport(world: string, through: (url: string) => Promise<string>): Promise<Transport>;
  close(): Promise<void>;
}

class CreateNotebook1700000000900 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(
      'create table notebook (position bigint generated always as identity, subscription text, who text, n int)',
    );
  }
  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table notebook');
  }
}

/** A process that gets no processor for a moment keeps its leases. Those of the dead end when a test moves time, or soon by themselves. */
const leaseMsByDefault = 5_000;

interface ProcessOptions {
  leaseMs?: number;
  /** Of the process, or of each of the two, where somebody may want to cut them. */
  cables?: readonly Cables[];
  log?: Log;
  /** Per module, see `DatabaseOptions`. */
  statementWithinMs?: Partial<Record<Party, number>>;
}

/** A talker and a listener, each with its own database, and any number of instances of both. */
export class World {
  private readonly servers: TestServer[] = [];
  private readonly processes: Process[] = [];
  private readonly urls = new Map<Party, string>();
  private readonly witnesses: Database[] = [];
  private readonly name = `world-${randomUUID()}`;

  /** @param servers of modules that are to have one of their own, which may be in trouble. */
  static async create(
    bus: BusUnderTest,
    placement: Placement,
    servers: Partial<Record<Party, { url: string }>> = {},
  ): Promise<World> {
    const world = new World(bus);
    const shared = placement === 'one database' ? await world.aServer() : undefined;
    for (const module of ['talker', 'listener'] as const) {
      const server = servers[module] ?? shared ?? (await world.aServer());
      world.urls.set(module, await provisionModule(server.url, module));
    }
    return world;
  }

  private constructor(private readonly bus: BusUnderTest) {}

  /** One more instance of talker and listener, in one process or in two. */
  async aProcess(
    subscriptions: readonly Subscription[],
    { leaseMs = leaseMsByDefault, cables = [], log = new QuietLog(), statementWithinMs = {} }: ProcessOptions = {},
  ): Promise<Process> {
    const through = (party: Party) => async (url: string) =>
      (party === 'talker' ? cables[0] : cables.at(-1))?.lay(url, party) ?? url;
    const aTransport = (party: Party) => this.bus.aTransport(this.name, through(party));
    const first = await aTransport('talker');
    const transports = this.bus.apart ? [first, await aTransport('listener')] : [first];
    const open = async (party: Party) =>
      this.open(party, await through(party)(this.urlOf(party)), statementWithinMs[party]);
    const [talker, listener] = await Promise.all([open('talker'), open('listener')]);
    const messagings = [
      new Messaging({ db: talker, subscriptions: [], transport: first, log, leaseMs }),
      new Messaging({ db: listener, subscriptions, transport: transports.at(-1) ?? first, log, leaseMs }),
    ];
    const process = new Process(talker, listener, transports, messagings, cables);
    this.processes.push(process);
    await Promise.all(transports.map((transport) => transport.start()));
    await Promise.all(messagings.map((messaging) => messaging.prepare()));
    for (const messaging of messagings) messaging.start();
    return process;
  }

  async aWitness(): Promise<Witness> {
    const look = async (party: Party) => {
      const witness = await this.open(party, this.urlOf(party));
      this.witnesses.push(witness);
      return witness;
    };
    return { talker: await look('talker'), listener: await look('listener') };
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.stop()));
    await Promise.all(this.witnesses.map((witness) => witness.close()));
    await Promise.all(this.servers.map((server) => server.drop()));
  }

  private urlOf(party: Party): string {
    return this.urls.get(party) ?? '';
  }

  private open(party: Party, url: string, statementWithinMs?: number): Promise<Database> {
    const migrations = [...messagingMigrations, CreateNotebook1700000000900];
    return Database.open({ module: party, migrations, url, statementWithinMs });
  }

  private async aServer(): Promise<TestServer> {
    const server = await aServer();
    this.servers.push(server);
    return server;
  }
}

/** A process of the suite: everything but the operating system's part. */
export class Process {
  private stopped: Promise<void> | undefined;

  constructor(
    readonly talker: Database,
    readonly listener: Database,
    private readonly transports: readonly Transport[],
    private readonly messagings: readonly Messaging[],
    private readonly cables: readonly Cables[],
  ) {}

  /** Whether it has died; of two processes, whether one has. */
  get isDead(): boolean {
    return this.cables.some(({ areCut }) => areCut);
  }

  /** Moves time until the leases are over of what has died of it. */
  async outlive({ talker, listener }: Witness): Promise<void> {
    if (this.cables[0]?.areCut) await endLeases(talker);
    if (this.cables.at(-1)?.areCut) await endLeases(listener);
  }

  /** Its leases are renewed now. */
  renewLeases(): void {
    for (const db of [this.talker, this.listener]) db.emit(sharesChanged);
  }

  /** Drains and ends, as on SIGTERM; also puts an end to what a dead process has left in this one. */
  stop(): Promise<void> {
    const unlessDead = (error: unknown) => {
      if (!this.isDead) throw error;
    };
    this.stopped ??= (async () => {
      await Promise.all(this.messagings.map((messaging) => messaging.stop().catch(unlessDead)));
      await Promise.all(this.transports.map((transport) => transport.stop()));
      await Promise.all([this.talker.close(), this.listener.close()]);
      await Promise.all(this.cables.map((each) => each.close()));
    })();
    return this.stopped;
  }
}

/** Writes every word down, in its transaction, after doing what the test wants. */
export function aNotebook(
  name: string,
  first: (message: Message<Word>, tx: Tx) => Promise<void> | void = () => {},
): Subscription {
  const inside = async (data: Word, tx: Tx, message: Message<Word>) => {
    await tx.run(write, { subscription: name, who: data.who, word: data.n });
    await first(message, tx);
  };
  return { name, types: [Said], handle: { inside } };
}

const write = rows({ subscription: 'text', who: 'text', word: 'int' }).change(
  (input) => `
  insert into notebook (subscription, who, n) select subscription, who, word from ${input} order by i.n`,
);

/** What a subscription has written down about somebody, in order. */
export async function wordsOf(db: Database, subscription: string, who: string): Promise<number[]> {
  const rows = await db.read<{ n: number }>(
    'select n from notebook where subscription = $1 and who = $2 order by position',
    [subscription, who],
  );
  return rows.map(({ n }) => n);
}

/** Waits for a fact. @throws with the last value seen when it does not come true in time. */
export async function eventually<T>(
  look: () => Promise<T>,
  isTrue: (value: T) => boolean,
  withinMs = 50_000,
): Promise<T> {
  const since = performance.now();
  for (;;) {
    const value = await look();
    if (isTrue(value)) return value;
    const waitedMs = performance.now() - since;
    if (waitedMs > withinMs) throw new Error(`still not so after ${withinMs} ms: ${JSON.stringify(value)}`);
    // The longer it takes, the more rarely it is looked for: looking costs, too.
    await new Promise((resolve) => setTimeout(resolve, Math.min(100, Math.max(5, waitedMs / 10))));
  }
}

class QuietLog extends Log {
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
}

/** Ends the leases of the dead, also one that their last statement, which the server has in hand, is about to extend. */
async function endLeases(db: Database): Promise<void> {
  await eventually(
    () =>
      db.read(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where usename = current_user and pid <> pg_backend_pid() and state <> 'idle'`,
      ),
    ({ length }) => length === 0,
  );
  await moveTime(db, leaseMsByDefault);
}
