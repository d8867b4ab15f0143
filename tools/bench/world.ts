import { Client } from 'pg';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from '@thali/kit/app';
import { startEmbeddedPostgres } from '@thali/kit/postgres/embedded';
import { launchRabbitMq } from '../dev/rabbitmq';
import { modules, servicesAt } from '../dev/services';
import { oneByOne } from './contestants/pgbench';
import { Servers, findFreePorts } from './contestants/servers';
import { floor, type Recipes } from './contestants/floor';
import type { Contestant, Letter } from './contestants/contestant';
import { Thali, peopleFor, type Deployment } from './contestants/thali';
import { Meter } from './measure';
import type { Goal } from './load/customers';
import type { Options } from './options';
import { recordChanges, type Change } from './recipe/record';
import { makeRecipe, sharedAccounts, type Recipe } from './recipe/recipe';
import { buildTown, firstPlace, places, wish } from './town';

const secret = 'a secret of the bench alone';
const tries = 3;

/** One Postgres with everybody's databases, and all who are to be measured. */
export interface World {
  readonly contestants: readonly Contestant[];
  /** Those that can be audited. */
  readonly thalis: readonly Thali[];
  /** What an order writes, as (c) and (d) write it. */
  readonly recipes: Recipes | undefined;
  readonly postgresVersion: string;
}

/** @param tell is told what is under way. @param endings gets how to end what was started, the last first. */
export async function buildWorld(
  { folder, only, goals, tell }: Pick<Options, 'only' | 'goals'> & Pick<Site, 'folder' | 'tell'>,
  endings: (() => Promise<unknown>)[],
): Promise<World> {
  tell('starting Postgres');
  const postgres = await startEmbeddedPostgres({ directory: folder, settings: { max_connections: 250 } });
  endings.push(() => postgres.stop());
  const admin = new Client({ connectionString: postgres.url });
  await admin.connect();
  endings.push(() => admin.end());
  const { rows } = await admin.query<{ version: string }>(`select current_setting('server_version') as version`);
  const meter = await Meter.on(admin);
  const urlTo = (database: string) => postgres.url.replace('/postgres?', `/${database}?`);
  const has = (...letters: Letter[]) => letters.some((letter) => only.includes(letter));
  const contestants: Contestant[] = [];
  let recipes: World['recipes'];
  if (has('a', 'c', 'd')) {
    const one = new Thali(await deployWhole({ admin, urlTo, folder, tell }), meter);
    if (has('a')) contestants.push(one);
    if (has('c', 'd')) {
      recipes = await writeDown(one, urlTo('thali'), goals, tell);
      await admin.query('create database floor template thali');
      // Triggers and functions of a module call its tables by their plain names.
      await admin.query(`alter database floor set search_path = "order", payment, restaurant, delivery`);
      await shareOutAccounts(urlTo('floor'));
      let next = 0;
      const bare = { meter, url: urlTo('floor'), recipes, numbers: () => (next += 4_000_000), folder };
      if (has('d')) contestants.push(oneByOne(bare));
      if (has('c')) contestants.push(floor(bare));
    }
  }
  if (has('b')) contestants.push(new Thali(await deploySplit({ admin, urlTo, folder, tell }, endings), meter));
  const thalis = contestants.filter((contestant) => contestant instanceof Thali);
  return { contestants, thalis, recipes, postgresVersion: rows[0]!.version };
}

interface Site {
  readonly admin: Client;
  readonly urlTo: (database: string) => string;
  readonly folder: string;
  readonly tell: (what: string) => void;
}

/** (a) All modules in one process, on one database. */
async function deployWhole({ admin, urlTo, folder, tell }: Site): Promise<Deployment> {
  tell('building the town for one process');
  await admin.query('create database thali');
  const url = urlTo('thali');
  const env = { THALI_DATABASE_URL: url, THALI_SECRET: secret, THALI_DATA_DIR: folder, THALI_SEED: 'false' };
  const main = 'apps/thali/src/main.js';
  const deployment: Deployment = {
    letter: 'a',
    name: 'Thali in one process',
    levels: [64, 128, 256, 512, 1_024],
    servers: [{ name: 'thali', main, port: await findFreePorts(1), env }],
    urlOf: () => url,
    logFile: path.join(folder, 'one-process.log'),
  };
  await furnish(deployment, env, folder);
  return deployment;
}

/** (b) A process and a database for each module, RabbitMQ between them, and a gateway in front. */
async function deploySplit(
  { admin, urlTo, folder, tell }: Site,
  endings: (() => Promise<unknown>)[],
): Promise<Deployment> {
  tell('building the town for separate services');
  const rabbitMq = await launchRabbitMq();
  endings.push(() => rabbitMq.end());
  const broker = Number(await rabbitMq.control('eval', 'os:getpid().').then((said) => /\d+/.exec(said)?.[0]));
  const urlOf = (module: string) => urlTo(`split_${module}`);
  for (const module of modules) await admin.query(`create database split_${module}`);
  const gatewayPort = await findFreePorts(1 + modules.length);
  const serviceUrl = (module: string) => `http://127.0.0.1:${gatewayPort + 1 + modules.indexOf(module as 'order')}`;
  const services = servicesAt({ databaseUrl: urlOf, rabbitMqUrl: rabbitMq.url, serviceUrl, secret, gatewayPort });
  const deployment: Deployment = {
    letter: 'b',
    name: 'Thali as separate services over RabbitMQ',
    levels: [64, 128, 256, 512, 1_024],
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

/** Has Thali take orders at leisure and notes what each writes until it is where it is to go. */
async function writeDown(thali: Thali, url: string, goals: readonly Goal[], tell: Site['tell']): Promise<Recipes> {
  const recipes: Partial<Record<Goal, Recipe>> = {};
  for (const goal of new Set<Goal>([...goals, 'delivered'])) {
    tell(`noting what an order writes until it is ${goal}`);
    recipes[goal] = await writeDownUntil(thali, url, goal);
  }
  return recipes;
}

async function writeDownUntil(thali: Thali, url: string, goal: Goal): Promise<Recipe> {
  const stage = await thali.enter(goal, peopleFor(goal, 100));
  const admin = new Client({ connectionString: url });
  await admin.connect();
  try {
    let best: Change[] = [];
    for (let attempt = 0; attempt < tries; attempt++) {
      const changes = await recordChanges(admin, () => placeOne(stage.url));
      if (transactionsOf(changes) > transactionsOf(best)) best = changes;
      if (!sharesTransactions(changes)) break;
    }
    return await makeRecipe(admin, best);
  } finally {
    await admin.end();
    await stage.leave();
  }
}

async function untilMenusAreKnown(admin: Client): Promise<void> {
  for (let known = 0; known < places;) {
    await pause(100);
    const { rows } = await admin.query<{ known: number }>('select count(*)::int as known from "order".menus');
    known = rows[0]!.known;
  }
}

async function placeOne(url: string): Promise<void> {
  const answer = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(wish(firstPlace, 0)),
  });
  if (answer.status !== 202) throw new Error(`an order is refused: ${answer.status} ${await answer.text()}`);
}

function transactionsOf(changes: readonly Change[]): number {
  return new Set(changes.map(({ transaction }) => transaction)).size;
}

/** Even a lone order sometimes has two messages handled at once, in one transaction. Then one that has not is looked for. */
function sharesTransactions(changes: readonly Change[]): boolean {
  const handled = changes.filter(({ table, operation }) => table.endsWith('.handled') && operation === 'INSERT');
  return handled.length !== new Set(handled.map(({ transaction }) => transaction)).size;
}

/** See {@link sharedAccounts}. The provider's may fall below zero. */
async function shareOutAccounts(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(
    `insert into payment.accounts (account, currency, balance, floor)
     select name || ' ' || place, 'EUR', 0, case when name <> 'provider' then 0 end
     from unnest($1::text[]) name, generate_series($2::int, $3::int) place`,
    [sharedAccounts, firstPlace, firstPlace + places - 1],
  );
  await client.end();
}
