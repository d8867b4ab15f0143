import { Client } from 'pg';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from '@thali/kit/nest';
import { modules as hosts } from '@thali/tools/audit';
import { findFreePorts, launchRabbitMq, portOf, servicesAt } from '@thali/tools/dev';
import { Servers } from './contestants/servers';
import type { Deployment } from './contestants/thali';
import { buildTown, places } from './town';

/** Where a bench is made. */
export interface Site {
  /** Of the server, as its owner. */
  readonly admin: Client;
  readonly urlTo: (database: string) => string;
  /** For everything that is written meanwhile. */
  readonly folder: string;
  /** Is told what is under way. */
  readonly tell: (what: string) => void;
  /** Gets how to end what was started, the last first. */
  readonly endings: (() => Promise<unknown>)[];
}

const secret = 'a secret of the bench alone';
const levels = [64, 128, 256, 512, 1_024];
const pollMs = 100;

/** (a) All modules in one process, on one database. */
export async function deployWhole({ admin, urlTo, folder, tell }: Site): Promise<Deployment> {
  tell('building the town for one process');
  await admin.query('create database thali');
  const url = urlTo('thali');
  const env = { THALI_DATABASE_URL: url, THALI_SECRET: secret, THALI_DATA_DIR: folder, THALI_SEED: 'false' };
  const main = 'apps/thali/src/main.js';
  const deployment: Deployment = {
    letter: 'a',
    name: 'Thali in one process',
    levels,
    servers: [{ name: 'thali', main, port: await findFreePorts(1), env }],
    urlOf: () => url,
    logFile: path.join(folder, 'one-process.log'),
  };
  await furnish(deployment, env, folder);
  return deployment;
}

/** (b) A process and a database for each module, RabbitMQ between them, and a gateway in front. */
export async function deploySplit({ admin, urlTo, folder, tell, endings }: Site): Promise<Deployment> {
  tell('building the town for separate services');
  const rabbitMq = await launchRabbitMq({ directory: path.join(folder, 'rabbitmq') });
  endings.push(() => rabbitMq.end());
  const broker = Number((await rabbitMq.control('eval', 'os:getpid().')).replace(/\D/g, ''));
  const urlOf = (module: string) => urlTo(`split_${module}`);
  for (const host of hosts) await admin.query(`create database split_${host}`);
  const gatewayPort = await findFreePorts(1 + hosts.length);
  const serviceUrl = (module: string) => `http://127.0.0.1:${portOf(module, gatewayPort)}`;
  const services = servicesAt({ databaseUrl: urlOf, rabbitMqUrl: rabbitMq.url, serviceUrl, secret, gatewayPort });
  const deployment: Deployment = {
    letter: 'b',
    name: 'Thali as separate services over RabbitMQ',
    levels,
    servers: services.map((service) => ({ ...service, env: { ...service.env, THALI_SEED: 'false' } })),
    urlOf,
    broker: [broker],
    logFile: path.join(folder, 'split.log'),
  };
  const env = Object.assign({}, ...deployment.servers.map((server) => server.env)) as Record<string, string>;
  await furnish(deployment, { ...env, THALI_DATA_DIR: folder }, folder);
  return deployment;
}

/** Has the modules make their tables, builds the town in them, and waits until customers know every menu. */
async function furnish({ servers, urlOf, logFile }: Deployment, env: Environment, folder: string): Promise<void> {
  const running = await Servers.start(servers, logFile);
  const orders = new Client({ connectionString: urlOf('order') });
  try {
    await orders.connect();
    await buildTown(env, urlOf('delivery'), folder);
    await untilMenusAreKnown(orders);
  } finally {
    await orders.end();
    await running.stop();
  }
}

async function untilMenusAreKnown(admin: Client): Promise<void> {
  for (let known = 0; known < places;) {
    await pause(pollMs);
    const { rows } = await admin.query<{ known: number }>('select count(*)::int as known from "order".menus');
    known = rows[0]!.known;
  }
}
