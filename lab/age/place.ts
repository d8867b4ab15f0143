import { startEmbeddedPostgres, type EmbeddedPostgres } from '@thali/kit/postgres/embedded';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import type { Sample, Times } from '../bench/contestants/contestant';
import { findFreePorts } from '@thali/tools/dev';
import { Thali, type ThaliOnStage } from '../bench/contestants/thali';
import { Meter, costOf, quantile } from '../bench/measure';
import { buildTown } from '../bench/town';
import { fill } from '../generate/fill';

/** A Thali in one process with a PostgreSQL of its own. */
export class Place {
  private constructor(
    readonly name: string,
    private readonly env: Readonly<Record<string, string>>,
    readonly thali: Thali,
    private readonly meter: Meter,
    private readonly admin: Client,
    private readonly postgres: EmbeddedPostgres,
  ) {}

  static async open(name: string, folder: string): Promise<Place> {
    mkdirSync(folder, { recursive: true });
    const postgres = await startEmbeddedPostgres({ directory: folder, settings: { max_connections: 250 } });
    const { url } = postgres;
    const env = { THALI_DATABASE_URL: url, THALI_DATA_DIR: folder, THALI_SEED: 'true' };
    const admin = new Client({ connectionString: url });
    await admin.connect();
    const server = { name, main: 'apps/thali/src/main.js', port: await findFreePorts(1), env };
    const logFile = path.join(folder, 'thali.log');
    const meter = await Meter.on(admin);
    const thali = new Thali({ letter: 'a', name, levels: [], servers: [server], urlOf: () => url, logFile }, meter);
    await (await thali.enter('delivered')).leave(); // It makes the tables.
    const { rows } = await admin.query(`select from delivery.couriers where name = 'Courier 0' limit 1`);
    if (rows.length === 0) await buildTown(env, url, folder);
    return new Place(name, env, thali, meter, admin, postgres);
  }

  /** Makes up for the orders that are missing. */
  async fill(orders: number): Promise<void> {
    const missing = orders - (await this.count());
    if (missing > 0) await fill({ env: this.env, orders: missing, days: 365, templates: 48, tell: console.log });
  }

  async count(): Promise<number> {
    const { rows } = await this.admin.query<{ count: string }>('select count(*) from "order".orders');
    return Number(rows[0]?.count);
  }

  enter(): Promise<Stage> {
    return Stage.of(this.thali, this.meter);
  }

  async run(atOnce: number, times: Times): Promise<Sample> {
    const stage = await this.thali.enter('delivered');
    try {
      return await stage.run(atOnce, times);
    } finally {
      await stage.leave();
    }
  }

  async close(): Promise<void> {
    await this.admin.end();
    await this.postgres.stop();
  }
}

/** What customers who came at random got, and what an order cost. */
export interface Served {
  /** Those that were delivered. */
  readonly orders: number;
  /** Of Thali and of its PostgreSQL, per order. */
  readonly cpuMs: number;
  readonly walBytes: number;
  readonly answeredMs: Quantiles;
  readonly deliveredMs: Quantiles;
}

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** A place that is open. */
export class Stage {
  private constructor(
    private readonly stage: ThaliOnStage,
    private readonly meter: Meter,
  ) {}

  static async of(thali: Thali, meter: Meter): Promise<Stage> {
    return new Stage(await thali.enter('delivered'), meter);
  }

  async serve(customers: { perSecond: number; forMs: number; seed: number }): Promise<Served> {
    const from = await this.meter.read(this.stage.processes);
    const waits = await this.stage.serve(customers);
    const to = await this.meter.read(this.stage.processes);
    const known = (all: readonly (number | undefined)[]) => all.flatMap((ms) => ms ?? []);
    const delivered = known(waits.map((wait) => wait.delivered));
    const { cpuMs, walBytes } = costOf(from, to, delivered.length);
    return {
      orders: delivered.length,
      cpuMs: (cpuMs?.program ?? NaN) + (cpuMs?.postgres ?? NaN),
      walBytes,
      answeredMs: quantilesOf(known(waits.map((wait) => wait.answered))),
      deliveredMs: quantilesOf(delivered),
    };
  }

  leave(): Promise<void> {
    return this.stage.leave();
  }
}

function quantilesOf(values: readonly number[]): Quantiles {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
}
