import { Client } from 'pg';
import { startEmbeddedPostgres } from '@thali/kit/postgres/embedded';
import type { Contestant, Letter } from './contestants/contestant';
import { floor, type Recipes } from './contestants/floor';
import { oneByOne } from './contestants/pgbench';
import { Thali } from './contestants/thali';
import { deploySplit, deployWhole, type Site } from './deployments';
import type { Goal } from './load/customers';
import { Meter } from './measure';
import type { Options } from './options';
import { sharedAccounts, type Recipe } from './recipe/recipe';
import { schemaNames } from './recipe/tables';
import { writeDown } from './recipe/write-down';
import { firstPlace, places } from './town';

/** One Postgres with everybody's databases, and all who are to be measured. */
export interface World {
  readonly contestants: readonly Contestant[];
  /** Those that can be audited. */
  readonly thalis: readonly Thali[];
  /** What an order writes, as (c) and (d) write it. */
  readonly recipes: Recipes;
  readonly postgresVersion: string;
}

const ordersInARun = 4_000_000;

export async function buildWorld(
  { only, goals }: Pick<Options, 'only' | 'goals'>,
  { folder, tell, endings }: Pick<Site, 'folder' | 'tell' | 'endings'>,
): Promise<World> {
  tell('starting Postgres');
  const postgres = await startEmbeddedPostgres({ directory: folder, settings: { max_connections: 250 } });
  endings.push(() => postgres.stop());
  const admin = new Client({ connectionString: postgres.url });
  await admin.connect();
  endings.push(() => admin.end());
  const { rows } = await admin.query<{ version: string }>(`select current_setting('server_version') as version`);
  const site = {
    admin,
    urlTo: (name: string) => postgres.url.replace('/postgres?', `/${name}?`),
    folder,
    tell,
    endings,
  };
  const meter = await Meter.on(admin);
  const has = (letter: Letter) => only.includes(letter);
  const contestants: Contestant[] = [];
  let recipes: Recipes = {};
  if (has('a') || has('c') || has('d')) {
    const one = new Thali(await deployWhole(site), meter);
    if (has('a')) contestants.push(one);
    if (has('c') || has('d')) {
      recipes = await writeDownAll(one, goals, site);
      let next = 0;
      const bare = { meter, url: await makeFloor(site), recipes, numbers: () => (next += ordersInARun), folder };
      if (has('c')) contestants.push(floor(bare));
      if (has('d')) contestants.push(oneByOne(bare));
    }
  }
  if (has('b')) contestants.push(new Thali(await deploySplit(site), meter));
  const thalis = contestants.filter((contestant) => contestant instanceof Thali);
  return { contestants, thalis, recipes, postgresVersion: rows[0]!.version };
}

async function writeDownAll(thali: Thali, goals: readonly Goal[], { urlTo, tell }: Site): Promise<Recipes> {
  const recipes: Partial<Record<Goal, Recipe>> = {};
  // The best concurrency is looked for with whole lives.
  for (const goal of new Set<Goal>([...goals, 'delivered'])) {
    tell(`noting what an order writes until it is ${goal}`);
    recipes[goal] = await writeDown(thali, urlTo('thali'), goal);
  }
  return recipes;
}

/** A database as Thali's own, for those who only write. @returns its URL. */
async function makeFloor({ admin, urlTo }: Site): Promise<string> {
  await admin.query('create database floor template thali');
  // Triggers and functions of a module call its tables by their plain names.
  await admin.query(`alter database floor set search_path = ${schemaNames.map((name) => `"${name}"`).join(', ')}`);
  const floor = new Client({ connectionString: urlTo('floor') });
  await floor.connect();
  // See sharedAccounts. The provider's may fall below zero.
  await floor.query(
    `insert into payment.accounts (account, currency, balance, floor)
     select name || ' ' || place, 'EUR', 0, case when name <> 'provider' then 0 end
     from unnest($1::text[]) name, generate_series($2::int, $3::int) place`,
    [sharedAccounts, firstPlace, firstPlace + places - 1],
  );
  await floor.end();
  return urlTo('floor');
}
