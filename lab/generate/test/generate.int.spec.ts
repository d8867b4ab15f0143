import { acknowledged, audit, connectTo, modules, type Module } from '@thali/tools/audit';
import { Evening } from '@thali/tools/audit/testing';
import { generateOrders } from '../generate';

let evening: Evening;

beforeAll(async () => {
  evening = await Evening.spend({ orders: 24 });
}, 90_000);

afterAll(() => evening.forget());

async function ask<Row extends object>(module: Module, sql: string): Promise<Row[]> {
  const client = await connectTo(module, evening.urlOf(module));
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const sizesOf = async (module: Module): Promise<Record<string, number>> => {
  const tables = await ask<{ name: string }>(
    module,
    `select relname as name from pg_class where relnamespace = '"${module}"'::regnamespace and relkind in ('r', 'p') and not relispartition`,
  );
  const counts = tables.map(({ name }) => `select '${name}' as name, count(*) as count from "${name}"`);
  const rows = await ask<{ name: string; count: number }>(module, counts.join(' union all '));
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
};

it('makes as many orders as are wished, with all that belongs to them, in which the auditor finds nothing wrong', async () => {
  const orders = 2_000;
  const templates = evening.witness.intentions.flatMap((intention) => acknowledged(intention) ?? []);
  const before = Object.fromEntries(await Promise.all(modules.map(async (module) => [module, await sizesOf(module)])));
  expect(templates.length).toBeGreaterThan(12);

  await generateOrders({ urlOf: evening.urlOf, templates, orders, days: 90, retentionDays: 30 });

  const { atRest, findings } = await audit({ urlOf: evening.urlOf, witness: evening.witness });
  expect(atRest).toBe(true);
  expect(findings.filter(({ verdict }) => verdict !== 'valid')).toEqual([]);
  const times = orders / templates.length;
  for (const module of modules) {
    const after = await sizesOf(module);
    const tables = tablesOfOrders[module] ?? [];
    const grown = tables.map((table) => [table, Math.round(after[table]! / before[module][table]! / times)]);
    expect(grown).toEqual(tables.map((table) => [table, 1]));
  }
}, 120_000);

/** Tables with nothing in them but what belongs to orders. */
const tablesOfOrders: Partial<Record<Module, string[]>> = {
  order: ['orders', 'events', 'tracking', 'sagas'],
  payment: ['payments', 'postings', 'transfers'],
  restaurant: ['tickets'],
  delivery: ['deliveries', 'offers', 'assignments', 'courier_earnings'],
  bank: ['provider_log'],
};

it('spreads them over the days, and remembers messages of the last weeks only', async () => {
  const [orders] = await ask<{ days: number; customers: number }>(
    'order',
    `select extract(day from max(placed_at) - min(placed_at)) as days, count(distinct customer_id) as customers from orders`,
  );
  expect(Number(orders!.days)).toBe(90);
  expect(orders!.customers).toBeGreaterThanOrEqual(100);
  const [messages] = await ask<{ days: number; unplaced: number }>(
    'order',
    `select extract(day from clock_timestamp() - min(recorded_at)) as days, (select count(*) from messages_default) as unplaced from messages`,
  );
  expect(Number(messages!.days)).toBeGreaterThanOrEqual(30);
  expect(Number(messages!.days)).toBeLessThan(38);
  expect(messages!.unplaced).toBe(0);
});
