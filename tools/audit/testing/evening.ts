import { createApp, type App } from '@thali/kit/nest/run';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import type { Client } from 'pg';
import { modules as all } from '../../../apps/thali/src/modules';
import { Simulation } from '../../simulate/simulation';
import { modules, type Module, type UrlOf } from '../modules';
import { Reader, connectTo, type Readers } from '../reader';
import { waitForRest } from '../rest';
import type { Snapshots } from '../snapshots';
import type { Witness } from '../witness';

const shortLimits = {
  THALI_MAX_LAG_MS: '60000',
  THALI_LEASE_MS: '20000',
  THALI_HOLD_MONEY_WITHIN_MS: '10000',
  THALI_PAYMENT_ANSWER_WITHIN_MS: '1000',
  THALI_BANK_LATE_MS: '13000',
  THALI_DELIVERY_OFFER_WITHIN_MS: '6000',
  THALI_AUTOPILOT_ACCEPT_MS: '20',
  THALI_AUTOPILOT_PREPARE_MS: '20',
  THALI_AUTOPILOT_FINISH_MS: '300',
  THALI_AUTOPILOT_PICK_UP_MS: '20',
  THALI_AUTOPILOT_DELIVER_MS: '20',
};

/** What an evening at Thali has left behind, in a database per module, and what the guests remember of it. */
export class Evening {
  private constructor(
    private readonly servers: Readonly<Record<Module, TestServer>>,
    private readonly clients: Readonly<Record<Module, Client>>,
    readonly witness: Witness,
  ) {}

  static async spend({ orders }: { orders: number }): Promise<Evening> {
    const servers = await forEachModule(() => aServer());
    const app = await openThali(servers);
    try {
      const url = await app.start();
      const { witness } = await new Simulation({ url, orders, concurrency: orders, seed: 1 }).run();
      expect(await waitForRest((module) => servers[module].url, 120_000)).toEqual({});
      return new Evening(servers, await forEachModule((module) => connectTo(module, servers[module].url)), witness);
    } finally {
      await app.stop();
    }
  }

  get urlOf(): UrlOf {
    return (module) => this.servers[module].url;
  }

  /** The same evening, but for what is done to a module's data by somebody whom no trigger and no foreign key stops. */
  async tamperedWith<T>(module: Module, sql: string, look: (evening: Snapshots) => Promise<T>): Promise<T> {
    await forEachModule((each) => this.clients[each].query('begin'));
    try {
      await this.clients[module].query(`set local session_replication_role = replica; ${sql}`);
      const readers: Readers = await forEachModule(async (each) => new Reader(this.clients[each]));
      return await look({ effects: readers, causes: readers });
    } finally {
      await forEachModule((each) => this.clients[each].query('rollback'));
    }
  }

  async forget(): Promise<void> {
    await forEachModule((module) => this.clients[module].end());
    await forEachModule((module) => this.servers[module].drop());
  }
}

function openThali(servers: Readonly<Record<Module, TestServer>>): Promise<App> {
  const urls = modules.map((module) => [`THALI_${module.toUpperCase()}_DATABASE_URL`, servers[module].url]);
  return createApp({
    name: 'thali',
    modules: all,
    env: {
      ...shortLimits,
      ...Object.fromEntries(urls),
      PORT: '0',
      THALI_SEED: 'true',
      THALI_LOG_LEVEL: 'silent',
      THALI_SECRET: 'of no importance',
    },
  });
}

async function forEachModule<T>(make: (module: Module) => Promise<T>): Promise<Record<Module, T>> {
  const made = await Promise.all(modules.map(async (module) => [module, await make(module)] as const));
  return Object.fromEntries(made) as Record<Module, T>;
}
