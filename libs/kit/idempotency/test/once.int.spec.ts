import { DomainError } from '@thali/kit/core';
import { Database, provisionModule, rows, type Tx } from '@thali/kit/postgres';
import { aDatabase, type TestServer } from '@thali/kit/postgres/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { fingerprintOf, forgetAnswers, idempotencyMigrations, once, type RepeatableRequest } from '..';

class CreatePayments1700000000900 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('create table payments (payer text, amount int, number int generated always as identity)');
  }
  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table payments');
  }
}

const migrations = [...idempotencyMigrations, CreatePayments1700000000900];

const insert = rows({ payer: 'text', amount: 'int' }).change<{ number: number }>(
  (input) => `
  insert into payments (payer, amount) select payer, amount from ${input} returning 1 as n, number`,
);

interface Payment {
  payer: string;
  amount: number;
}

const requestOf = (payment: Payment, other: Partial<RepeatableRequest> = {}): RepeatableRequest => ({
  principal: 'anonymous',
  route: 'POST /payments',
  key: 'a-key',
  fingerprint: fingerprintOf('/payments', payment),
  ...other,
});

describe('a request that may be repeated', () => {
  let db: Database;
  let server: TestServer;
  let close: () => Promise<void>;

  beforeAll(async () => ({ db, server, close } = await aDatabase('bank', migrations)));
  afterAll(() => close());

  const pay = (payment: Payment, request = requestOf(payment, { key: payment.payer }), at = db) =>
    at.transaction((tx) => once(tx, request, () => work(tx, payment)));
  const work = async (tx: Tx, payment: Payment) => {
    const row = await tx.one(insert, payment);
    return { headers: { location: `/payments/${row?.number}` }, body: { paid: payment.amount } };
  };
  const amountsOf = async (payer: string) =>
    (await db.read<{ amount: number }>('select amount from payments where payer = $1 order by number', [payer])).map(
      ({ amount }) => amount,
    );

  it('is done once, and its repetition gets the same answer', async () => {
    const first = await pay({ payer: 'ann', amount: 5 });
    const again = await pay({ payer: 'ann', amount: 5 });
    expect(first).toEqual({ headers: { location: expect.stringMatching(/^\/payments\/\d+$/) }, body: { paid: 5 } });
    expect(again).toEqual(first);
    expect(await amountsOf('ann')).toEqual([5]);
  });

  it('is refused when its key came with something else before, and changes nothing', async () => {
    await pay({ payer: 'bea', amount: 5 });
    const other = await pay({ payer: 'bea', amount: 6 }).catch((error: unknown) => error);
    expect(other).toBeInstanceOf(DomainError);
    expect(other).toMatchObject({ code: 'request.idempotency-key-reused', kind: 'invalid' });
    expect(await amountsOf('bea')).toEqual([5]);
  });

  it.each([
    ['principals', { principal: 'somebody else' }],
    ['routes', { route: 'POST /gifts' }],
    ['keys', { key: 'another key' }],
  ])('is not confused with one of other %s', async (what, other) => {
    const payment = { payer: `cem, ${what}`, amount: 5 };
    await pay(payment, requestOf(payment, { key: what }));
    await pay(payment, requestOf(payment, { key: what, ...other }));
    expect(await amountsOf(payment.payer)).toEqual([5, 5]);
  });

  it('that was refused is judged afresh when it comes again', async () => {
    const payment = { payer: 'dia', amount: 5 };
    const broke = db.transaction((tx) =>
      once(tx, requestOf(payment, { key: 'dia' }), () => Promise.reject(new Error('broke'))),
    );
    await expect(broke).rejects.toThrow('broke');
    expect(await pay(payment)).toMatchObject({ body: { paid: 5 } });
  });

  it('leaves no answer behind when its effects are rolled back', async () => {
    const payment = { payer: 'eve', amount: 5 };
    const failing = db.transaction(async (tx) => {
      await once(tx, requestOf(payment, { key: 'eve' }), () => work(tx, payment));
      throw new Error('afterwards');
    });
    await expect(failing).rejects.toThrow('afterwards');
    expect(await amountsOf('eve')).toEqual([]);
    await pay(payment);
    expect(await amountsOf('eve')).toEqual([5]);
  });

  it('is done once even if it comes many times in one breath', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => pay({ payer: 'fay', amount: 5 })));
    expect(new Set(answers.map(({ headers }) => headers.location)).size).toBe(1);
    expect(await amountsOf('fay')).toEqual([5]);
  });

  it('is done once even if it comes to two processes at once', async () => {
    const neighbour = await Database.open({
      module: 'bank',
      migrations,
      url: await provisionModule(server.url, 'bank'),
    });
    const payment = { payer: 'gus', amount: 5 };
    const answers = await Promise.all(
      [db, neighbour, db, neighbour].map((at) => pay(payment, requestOf(payment, { key: 'gus' }), at)),
    );
    await neighbour.close();
    expect(new Set(answers.map(({ headers }) => headers.location)).size).toBe(1);
    expect(await amountsOf('gus')).toEqual([5]);
  });

  it('does not keep its neighbours from being done', async () => {
    const [reused, fine] = await Promise.allSettled([
      pay({ payer: 'ann', amount: 99 }),
      pay({ payer: 'hal', amount: 7 }),
    ]);
    expect([reused.status, fine.status]).toEqual(['rejected', 'fulfilled']);
    expect(await amountsOf('hal')).toEqual([7]);
  });

  it('is forgotten with its answer when that is old enough, however many there are', async () => {
    await db.read(`insert into idempotency_keys (principal, route, key, fingerprint, answer, stored_at)
      select 'old', 'POST /payments', n::text, '', '{}', clock_timestamp() - interval '31 days' from generate_series(1, 2500) n`);
    await pay({ payer: 'Grace', amount: 5 });
    await forgetAnswers(db, 30);
    expect(await db.read(`select from idempotency_keys where principal = 'old'`)).toEqual([]);
    await pay({ payer: 'Grace', amount: 5 });
    expect(await amountsOf('Grace')).toEqual([5]);
  });
});

describe('the fingerprint of a request', () => {
  it('is the same whatever the order in which JSON names its fields, but not for lists in another order', () => {
    const one = fingerprintOf('/orders', { lines: [{ itemId: 'a', quantity: 2 }], note: null });
    expect(fingerprintOf('/orders', { note: null, lines: [{ quantity: 2, itemId: 'a' }] })).toBe(one);
    expect(fingerprintOf('/orders', { lines: [1, 2] })).not.toBe(fingerprintOf('/orders', { lines: [2, 1] }));
  });

  it('is the same for the same request, and another for another', () => {
    expect(fingerprintOf('/a', { b: 1 })).toBe(fingerprintOf('/a', { b: 1 }));
    expect(
      new Set([fingerprintOf('/a', { b: 1 }), fingerprintOf('/a', { b: 2 }), fingerprintOf('/b', { b: 1 })]).size,
    ).toBe(3);
  });
});
