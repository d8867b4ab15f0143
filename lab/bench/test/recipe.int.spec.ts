import { Client } from 'pg';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { write, type Writing } from '../contestants/write';
import { recordChanges } from '../recipe/record';
import { makeRecipe, type Recipe } from '../recipe/recipe';

const tables = `
  create schema payment;
  create schema delivery;
  create table payment.payments (order_id text primary key, detail json not null, version int not null, changed_at timestamptz not null);
  create table payment.transfers (transfer text primary key references payment.payments, paid bool, total int generated always as (7) stored);
  create table payment.messages (message_id uuid primary key, data jsonb not null, recorded_at timestamptz default clock_timestamp());
  create table payment.outbox (message_id uuid primary key);
  create table delivery.inbox (seq bigint generated always as identity primary key, key text default 'tea', message_id uuid not null);
  create unique index on delivery.inbox ((key || ' for two'), message_id);
  create table delivery.stock (place text primary key, sold int not null);
  insert into delivery.stock values ('rst_00000000000000000000001000', 0), ('rst_00000000000000000000001001', 0);`;

/** As Thali would: a child row before its parent's, an update, a message that another module takes in and is done with. */
const work = [
  `begin;
   insert into payment.payments values ('ord_01h455vb4pex5vsknk084sn02q', '{"of":"ord_01h455vb4pex5vsknk084sn02q","at":"a:b","ok":true}', 1, now());
   insert into payment.transfers values ('ord_01h455vb4pex5vsknk084sn02q', true);
   insert into payment.messages values ('019aa5cb-3f7a-7b3c-8d1e-0123456789ab', '{"it''s":"ord_01h455vb4pex5vsknk084sn02q"}');
   insert into payment.outbox values ('019aa5cb-3f7a-7b3c-8d1e-0123456789ab');
   commit`,
  `insert into delivery.inbox (message_id) values ('019aa5cb-3f7a-7b3c-8d1e-0123456789ab')`,
  `begin;
   delete from delivery.inbox;
   update delivery.stock set sold = 2 where place = 'rst_00000000000000000000001000';
   commit`,
  `update payment.payments set version = 2`,
];

let server: TestServer;
let admin: Client;
let recipe: Recipe;

beforeAll(async () => {
  server = await aServer();
  admin = new Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(tables);
  const changes = await recordChanges(admin, async () => {
    for (const statements of work) await admin.query(statements);
  });
  recipe = await makeRecipe(admin, changes);
});

beforeEach(() => admin.query('truncate payment.payments, payment.transfers, payment.messages, delivery.inbox'));

afterAll(async () => {
  await admin.end();
  await server.drop();
});

/** One turn on one connection. */
async function cook(how: Writing['how']): Promise<number> {
  const stop = new AbortController();
  const writing = write({ how, url: server.url, recipe, connections: 1, firstNumber: 5 }, stop.signal);
  stop.abort();
  return (await writing).reduce((sum, { orders }) => sum + orders, 0);
}

async function rowsOf(table: string): Promise<Record<string, unknown>[]> {
  return (await admin.query<Record<string, unknown>>(`select * from ${table} order by 1`)).rows;
}

it('keeps the transactions, but that a message reaches its reader with the transaction that says it, and no outbox', () => {
  const said = recipe.map((writes) => writes.map(({ operation, table }) => `${operation} ${table}`.toLowerCase()));
  expect(said).toEqual([
    ['insert payment.payments', 'insert payment.messages', 'insert delivery.inbox', 'insert payment.transfers'],
    ['delete delivery.inbox', 'update delivery.stock'],
    ['update payment.payments'],
  ]);
});

describe.each([
  { how: 'statements', orders: 1 },
  { how: 'batches', orders: 64 },
] as const)('written in $how', ({ how, orders }) => {
  it('every order leaves the rows that one was seen to leave, under ids of its own', async () => {
    await expect(cook(how)).resolves.toBeCloseTo(orders);
    const payments = await rowsOf('payment.payments');
    expect(payments).toHaveLength(orders);
    const first = payments[0]!;
    expect(first).toMatchObject({ detail: { of: first.order_id, at: 'a:b', ok: true }, version: 2 });
    expect(first.order_id).toMatch(/^ord_01h455vb4p[0-9]{16}$/);
    expect((await rowsOf('payment.transfers'))[0]).toEqual({ transfer: first.order_id, paid: true, total: 7 });
    const messages = await rowsOf('payment.messages');
    expect(messages).toHaveLength(orders);
    expect(messages[0]).toMatchObject({ data: { "it's": first.order_id } });
    expect(await rowsOf('delivery.inbox')).toEqual([]);
  });

  it('orders under way at once sell the stock of different places', async () => {
    await admin.query('update delivery.stock set sold = 0');
    await cook(how);
    const sold = (await rowsOf('delivery.stock')).map((place) => place.sold);
    expect(sold).toEqual(orders === 1 ? [2, 0] : [2, 2]);
  });
});
