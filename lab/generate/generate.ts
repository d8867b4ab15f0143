import { firstIdAt } from '@thali/kit/core';
import { tableOf, weekAt, weekMs, weeklyTables } from '@thali/kit/messaging';
import type { Client } from 'pg';
import { connectTo, modules, type Module, type UrlOf } from '@thali/tools/audit';
import { Cloner, type Plan } from './clone';
import { readTemplates, type Clients, type Template } from './templates';

export interface GenerateOptions {
  readonly urlOf: UrlOf;
  /** Orders that have ended, to be cloned. */
  readonly templates: readonly string[];
  /** How many to make of them. */
  readonly orders: number;
  /** The days over which they are spread, up to now. */
  readonly days: number;
  /** Days for which messages are remembered. */
  readonly retentionDays: number;
  readonly onProgress?: (orders: number) => void;
}

const dayMs = 24 * 3_600_000;
const atOnce = 40_000;
const ordersPerCustomer = 20;

/**
 * Fills the modules' databases with whole orders, as they would be after a life of so many days. Each is the clone of one that was
 * really brought or cancelled: every row of it, in every table of every module, with ids and times of its own. So there is nothing here
 * that knows what an order is made of, and nothing that could tell it wrongly.
 *
 * What is the sum of all orders is summed up at the end: balances, and what kitchens had stocked up with.
 *
 * @throws {Error} when the logins may not turn off triggers and foreign keys, which only a superuser may.
 */
export async function generateOrders(options: GenerateOptions): Promise<void> {
  const clients = await connect(options.urlOf);
  try {
    const templates = await readTemplates(clients, options.templates);
    const plan = planOf(options, templates);
    for (const module of modules) await makeRoom(clients[module], plan);
    for (let from = 0; from < plan.orders; from += atOnce) {
      const to = Math.min(plan.orders, from + atOnce);
      await Promise.all(modules.map((module) => cloneAll(module, clients[module], { plan, templates, from, to })));
      options.onProgress?.(to);
    }
    await sumUp(clients);
    await Promise.all(modules.map((module) => tidyUp(module, clients[module])));
  } finally {
    await Promise.all(modules.map((module) => clients[module].end()));
  }
}

async function connect(urlOf: UrlOf): Promise<Clients> {
  const connected = modules.map(async (module) => {
    const client = await connectTo(module, urlOf(module));
    await client.query(
      `set session_replication_role = replica; set synchronous_commit = off; set timezone = 'UTC'; set jit = off`,
    );
    return [module, client] as const;
  });
  return Object.fromEntries(await Promise.all(connected)) as Clients;
}

function planOf({ orders, days, retentionDays }: GenerateOptions, templates: readonly Template[]): Plan {
  const last = Math.min(...templates.map(({ placedAt }) => placedAt)) - 1;
  const first = last - days * dayMs;
  const oldest = Date.now() - retentionDays * dayMs;
  const oldestWeek = weekAt(oldest) * weekMs;
  return {
    orders,
    customers: Math.ceil(orders / ordersPerCustomer),
    first,
    last,
    forgets: { messages: oldestWeek, handled: oldestWeek, idempotency_keys: oldest },
  };
}

interface Share {
  readonly plan: Plan;
  readonly templates: readonly Template[];
  readonly from: number;
  readonly to: number;
}

async function cloneAll(module: Module, client: Client, { plan, templates, from, to }: Share): Promise<void> {
  await client.query('begin');
  for (const [at, template] of templates.entries())
    await new Cloner(client, plan, template, { at, of: templates.length }, module).clone(from, to);
  await client.query('commit');
}

/** The weeks that are remembered get their tables, and what is older is taken for dropped. */
async function makeRoom(client: Client, { first, last, forgets }: Plan): Promise<void> {
  const horizon = forgets.messages ?? 0;
  for (let week = weekAt(horizon); week <= weekAt(last); week++)
    for (const table of weeklyTables) {
      const { name, from, to } = tableOf(table, week);
      await client.query(
        `create table if not exists ${name} partition of ${table} for values from ('${from}') to ('${to}')`,
      );
    }
  if (first < horizon)
    await client.query('update horizon set before = $1, at = $2 where before < $1', [
      firstIdAt(horizon),
      new Date(horizon),
    ]);
}

/** As the database does by itself in a life. */
async function tidyUp(module: Module, client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'select tablename as name from pg_tables where schemaname = $1',
    [module],
  );
  for (const { name } of rows) await client.query(`vacuum (analyze) "${name}"`);
}

async function sumUp({ payment, restaurant }: Clients): Promise<void> {
  await payment.query(`
    update accounts a set balance = p.balance
    from (select account, currency, sum(amount) as balance from postings group by account, currency) p
    where p.account = a.account and p.currency = a.currency and p.balance <> a.balance`);
  await restaurant.query(`
    insert into stock_moves (restaurant_id, item_id, kind, quantity)
    select restaurant_id, item_id, 'received', on_hand - moved
    from items join (select restaurant_id, item_id, sum(on_hand_change) as moved from stock_moves group by 1, 2) m using (restaurant_id, item_id)
    where on_hand > moved`);
}
