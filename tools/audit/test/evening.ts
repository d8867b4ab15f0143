import { createApp, type App } from '@thali/kit/app';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { DeliveryModule } from '@thali/delivery';
import { OrderModule } from '@thali/order';
import { PaymentModule } from '@thali/payment';
import { RestaurantModule } from '@thali/restaurant';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { Simulation } from '../../simulate/simulation';
import { modules, type Module, type UrlOf } from '../modules';
import { waitForRest } from '../rest';
import type { Witness } from '../witness';

const shortLimits = {
  THALI_HOLD_MONEY_WITHIN_MS: '1000',
  THALI_PAYMENT_ANSWER_WITHIN_MS: '300',
  THALI_PAYMENT_PROVIDER_LATE_MS: '1500',
  THALI_DELIVERY_OFFER_WITHIN_MS: '1000',
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
    readonly witness: Witness,
  ) {}

  static async spend({ orders }: { orders: number }): Promise<Evening> {
    const each = await Promise.all(modules.map(async (module) => [module, await aServer()] as const));
    const servers = Object.fromEntries(each) as Record<Module, TestServer>;
    const app = await openThali(servers);
    try {
      const url = await app.start();
      const { witness } = await new Simulation({ url, orders, concurrency: orders, seed: 1 }).run();
      expect(await waitForRest((module) => servers[module].url, 10_000)).toEqual({});
      return new Evening(servers, witness);
    } finally {
      await app.stop();
    }
  }

  get urlOf(): UrlOf {
    return (module) => this.servers[module].url;
  }

  /** The same evening, but for what is done to a module's data as somebody whom no trigger and no foreign key stops. */
  async tamperedWith(module: Module, sql: string): Promise<{ urlOf: UrlOf; drop: () => Promise<void> }> {
    const copy = await copyOf(this.servers[module]);
    await asAdmin(copy.url, `set search_path = "${module}"; set session_replication_role = replica; ${sql}`);
    return { urlOf: (each) => (each === module ? copy.url : this.urlOf(each)), drop: () => copy.drop() };
  }

  async forget(): Promise<void> {
    await Promise.all(modules.map((module) => this.servers[module].drop()));
  }
}

function openThali(servers: Readonly<Record<Module, TestServer>>): Promise<App> {
  const urls = modules.map((module) => [`THALI_${module.toUpperCase()}_DATABASE_URL`, servers[module].url]);
  return createApp({
    name: 'thali',
    modules: { order: OrderModule, payment: PaymentModule, restaurant: RestaurantModule, delivery: DeliveryModule },
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

async function copyOf({ url }: TestServer): Promise<TestServer> {
  const [, original = ''] = databaseIn.exec(url) ?? [];
  const copy = `${original}_${randomUUID().slice(0, 8)}`;
  const server = process.env.THALI_TEST_DATABASE_URL ?? '';
  await asAdmin(server, `create database "${copy}" template "${original}"`);
  return {
    url: url.replace(databaseIn, `/${copy}`),
    drop: () => asAdmin(server, `drop database "${copy}" with (force)`),
  };
}

const databaseIn = /\/([^/?]+)(?=\?|$)/;

async function asAdmin(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
