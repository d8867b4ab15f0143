import type { Database } from '@thali/kit/postgres';
import { aDatabase } from '@thali/kit/postgres/testing';
import type { Transfer } from '../src/domain/ledger';
import { post } from '../src/ledger.sql';
import { migrations } from '../src/migrations';

describe('the ledger', () => {
  let db: Database;
  let database: Awaited<ReturnType<typeof aDatabase>>;

  beforeAll(async () => {
    database = await aDatabase('payment', migrations);
    db = database.db;
    await record({ provider: -500, 'clearing:1': 500 });
  });
  afterAll(() => database.close());

  let count = 0;
  const record = (postings: Record<string, number>, what = `test/${++count}`, currency = 'EUR') => {
    const transfer: Transfer = {
      orderId: 'ord_1',
      what,
      currency,
      postings: Object.entries(postings).map(([account, amount]) => ({ account, amount })),
    };
    return db.transaction(async (tx) => tx.defer(post, transfer));
  };
  const balanceOf = async (account: string) =>
    (await db.read<{ balance: number }>('select balance from accounts where account = $1', [account]))[0]?.balance;

  it('moves balances with the postings', async () => {
    await record({ provider: -300, 'clearing:2': 200, fees: 100 });
    await record({ 'clearing:2': -200, 'restaurant:1': 200 });
    expect([await balanceOf('clearing:2'), await balanceOf('restaurant:1')]).toEqual([0, 200]);
  });

  it('adds up when many post to the same accounts at once', async () => {
    await Promise.all(Array.from({ length: 100 }, () => record({ provider: -7, 'clearing:3': 7 })));
    expect(await balanceOf('clearing:3')).toBe(700);
  });

  it.each<[string, Record<string, number>]>([
    ['does not sum to zero', { provider: -5, fees: 4 }],
    ['has one side only', { fees: 5 }],
    ['has no side at all', {}],
    ['moves nothing', { provider: 0, fees: 0 }],
    ['takes more out of an account than is in it', { 'clearing:1': -501, fees: 501 }],
  ])('refuses a transfer that %s', async (_, postings) => {
    await expect(record(postings)).rejects.toThrow(/does not balance|violates check constraint/);
  });

  it('refuses a transfer that was recorded before', async () => {
    await record({ provider: -5, fees: 5 }, 'once');
    await expect(record({ provider: -5, fees: 5 }, 'once')).rejects.toThrow('duplicate key');
  });

  it('refuses to add to a transfer what unbalances it', async () => {
    const addition = `insert into postings (order_id, what, account, currency, amount) values ('ord_1', 'test/1', 'fees', 'EUR', 5)`;
    await expect(db.read(addition)).rejects.toThrow('does not balance');
  });

  it.each(['postings', 'transfers'])('refuses to change what stands in %s', async (table) => {
    await expect(db.read(`update ${table} set order_id = 'ord_2'`)).rejects.toThrow('append-only: update is refused');
    await expect(db.read(`delete from ${table}`)).rejects.toThrow('append-only: delete is refused');
    await expect(db.read(`truncate ${table} cascade`)).rejects.toThrow('append-only: truncate is refused');
  });
});

describe('the table of payments', () => {
  let db: Database;
  let database: Awaited<ReturnType<typeof aDatabase>>;

  beforeAll(async () => {
    database = await aDatabase('payment', migrations);
    db = database.db;
  });
  afterAll(() => database.close());

  const payment = { authorized: 1_000, captured: 0, voided: 0, refunded: 0, currency: 'EUR' };

  it.each([
    ['more is refunded than was captured', { captured: 500, refunded: 501 }],
    ['more is captured and voided than was authorised', { captured: 500, voided: 501 }],
    ['an amount is below zero', { captured: -1 }],
    ['the currency is none', { currency: 'euro' }],
    ['something is held of nothing', { authorized: 0 }],
  ])('refuses a payment of which %s', async (_, wrong) => {
    const { authorized, captured, voided, refunded, currency } = { ...payment, ...wrong };
    const insert = `insert into payments (order_id, status, currency, asked, authorized, captured, voided, refunded, settled, may_be_held, detail, version)
      values ('ord_1', 'authorized', $1, 1000, $2, $3, $4, $5, 0, false, '{}', 1)`;
    await expect(db.read(insert, [currency, authorized, captured, voided, refunded])).rejects.toThrow(
      'violates check constraint',
    );
  });
});
