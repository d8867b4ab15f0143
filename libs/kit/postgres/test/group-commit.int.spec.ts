import { DomainError, SystemIds } from '@thali/kit/core';
import { rows, type Database, type Tx } from '@thali/kit/postgres';
import { aDatabase } from '@thali/kit/postgres/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { GroupCommit } from '../group-commit';

class CreateCounters1700000000900 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('create table counters (name text primary key, value int not null check (value >= 0), by_tx text)');
  }
  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table counters');
  }
}

const put = rows({ name: 'text', value: 'int' }).change<{ transaction: string }>(
  (input) => `
  insert into counters (name, value, by_tx) select name, value, pg_current_xact_id()::text
  from ${input} returning 1 as n, by_tx as transaction`,
);

const read = rows({ name: 'text' }).query<{ value: number }>(
  (input) => `select i.n, c.value from ${input} join counters c using (name)`,
);

const note = rows({ name: 'text' }).change((input) => `select n, 'noted' as signal from ${input} order by n`);

describe('work that waits at the same moment', () => {
  let db: Database;
  let close: () => Promise<void>;

  beforeAll(async () => ({ db, close } = await aDatabase('counting', [CreateCounters1700000000900])));
  afterAll(() => close());

  const valueOf = async (name: string) =>
    (await db.read<{ value: number }>('select value from counters where name = $1', [name]))[0]?.value;

  it('shares one transaction', async () => {
    await Promise.all(['a1', 'a2', 'a3'].map((name) => db.transaction((tx) => tx.run(put, { name, value: 1 }))));
    const [{ transactions }] = (await db.read<{ transactions: number }>(
      `select count(distinct by_tx) as transactions from counters where name like 'a_'`,
    )) as [{ transactions: number }];
    expect(transactions).toBe(1);
  });

  it('shares the next transaction while one is under way', async () => {
    const first = db.transaction((tx) => tx.run(put, { name: 'j0', value: 1 }));
    await new Promise((resolve) => setImmediate(resolve));
    const later = ['j1', 'j2', 'j3'].map(async (name) => {
      await new Promise((resolve) => setImmediate(resolve));
      await db.transaction((tx) => tx.run(put, { name, value: 1 }));
    });
    await Promise.all([first, ...later]);
    const groups = await db.read<{ names: string[] }>(
      `select array_agg(name order by name) as names from counters where name like 'j_' group by by_tx order by 1`,
    );
    expect(groups.map(({ names }) => names)).toEqual([['j0'], ['j1', 'j2', 'j3']]);
  });

  it('does not wait for a transaction that takes long', async () => {
    let end: () => void = () => {};
    const long = db.transaction(() => new Promise<void>((resolve) => (end = resolve)));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(db.transaction((tx) => tx.run(put, { name: 'h', value: 1 }))).resolves.toHaveLength(1);
    end();
    await long;
  });

  it('does not share it with work about the same', async () => {
    const names = ['m1', 'm2', 'm3'];
    await Promise.all(
      names.map((name) => db.transaction((tx) => tx.run(put, { name, value: 1 }), undefined, { key: 'the same' })),
    );
    const rows = await db.read(`select distinct by_tx from counters where name like 'm_'`);
    expect(rows).toHaveLength(names.length);
  });

  it('goes on together without a unit that has failed', async () => {
    const work = ['p1', 'p2', 'p3'].map((name) => db.transaction((tx) => tx.run(put, { name, value: 1 })));
    const failing = db.transaction(async (tx) => {
      await tx.run(put, { name: 'p4', value: 1 });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await Promise.all(work);
    const groups = await db.read<{ names: string[] }>(
      `select array_agg(name order by name) as names from counters where name like 'p_' group by by_tx`,
    );
    expect(groups.map(({ names }) => names)).toEqual([['p1', 'p2', 'p3']]);
  });

  it('gives each caller the rows of its own input', async () => {
    await Promise.all([
      db.transaction((tx) => tx.run(put, { name: 'b1', value: 10 })),
      db.transaction((tx) => tx.run(put, { name: 'b2', value: 20 })),
    ]);
    const [one, two, none] = await Promise.all(
      ['b1', 'b2', 'b3'].map((name) => db.transaction((tx) => tx.one(read, { name }))),
    );
    expect([one?.value, two?.value, none]).toEqual([10, 20, undefined]);
  });

  it('keeps what succeeds when a neighbour breaks a constraint', async () => {
    const [good, bad] = await Promise.allSettled([
      db.transaction((tx) => tx.run(put, { name: 'c1', value: 1 })),
      db.transaction((tx) => tx.run(put, { name: 'c2', value: -1 })),
    ]);
    expect([good.status, bad.status]).toEqual(['fulfilled', 'rejected']);
    expect([await valueOf('c1'), await valueOf('c2')]).toEqual([1, undefined]);
  });

  it('keeps nothing of a unit that throws after it wrote, and all of its neighbour', async () => {
    const [good, bad] = await Promise.allSettled([
      db.transaction((tx) => tx.run(put, { name: 'd1', value: 1 })),
      db.transaction(async (tx) => {
        await tx.run(put, { name: 'd2', value: 1 });
        throw new Error('changed my mind');
      }),
    ]);
    expect([good.status, bad.status]).toEqual(['fulfilled', 'rejected']);
    expect([await valueOf('d1'), await valueOf('d2')]).toEqual([1, undefined]);
  });

  it('runs a unit once when a neighbour is refused before it wrote', async () => {
    let runs = 0;
    const [good, refused] = await Promise.allSettled([
      db.transaction((tx) => {
        runs++;
        return tx.run(put, { name: 'e1', value: 1 });
      }),
      db.transaction(() => Promise.reject(new DomainError('counting.no', 'conflict', 'no'))),
    ]);
    expect([good.status, refused.status, runs]).toEqual(['fulfilled', 'rejected', 1]);
  });

  it('does nothing more for a unit that has failed, even where a part of it goes on', async () => {
    const wentOn = new Promise<Error | undefined>((resolve) => {
      const goOn = async (tx: Tx) => {
        await tx.run(read, { name: 'b1' });
        await tx.run(put, { name: 'k', value: 1 });
      };
      const failing = db.transaction(async (tx) => {
        void goOn(tx).then(() => resolve(undefined), resolve);
        throw new Error('no');
      });
      failing.catch(() => {});
    });
    expect((await wentOn)?.message).toBe('the transaction is over');
    expect(await valueOf('k')).toBeUndefined();
  });

  it('does not lose collected rows of one to the failure of another', async () => {
    await Promise.allSettled([
      db.transaction((tx) => Promise.resolve(tx.defer(put, { name: 'f1', value: 1 }))),
      db.transaction((tx) => Promise.resolve(tx.defer(put, { name: 'f2', value: -1 }))),
    ]);
    expect([await valueOf('f1'), await valueOf('f2')]).toEqual([1, undefined]);
  });

  it('writes what was collected first before what was collected later, whoever began first', async () => {
    const seen: object[][] = [];
    db.on('noted', (raised: { row?: object }[]) => seen.push(raised.map(({ row }) => row!)));
    await Promise.all([
      db.transaction(async (tx) => {
        await tx.run(read, { name: 'a1' });
        tx.defer(note, { name: 'late' });
      }),
      db.transaction(async (tx) => Promise.resolve(tx.defer(note, { name: 'early' }))),
    ]);
    expect(seen).toEqual([[{ name: 'early' }, { name: 'late' }]]);
  });

  it('signals after the commit, never for what was rolled back', async () => {
    const heard: string[] = [];
    db.on('kept', () => heard.push('kept')).on('lost', () => heard.push('lost'));
    await Promise.allSettled([
      db.transaction(async (tx) => {
        tx.signal('kept');
        await tx.run(put, { name: 'g1', value: 1 });
      }),
      db.transaction(async (tx) => {
        tx.signal('lost');
        await tx.run(put, { name: 'g2', value: -1 });
      }),
      db.transaction(async (tx) => {
        tx.signal('lost');
        return Promise.resolve(tx.defer(put, { name: 'g3', value: -1 }));
      }),
    ]);
    expect(heard).toEqual(['kept']);
  });

  it('survives a server that ends its sessions', async () => {
    const unharmed = db.transaction(async (tx) => tx.one(read, { name: 'b1' }));
    await unharmed;
    await db.read(
      'select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()',
    );
    await expect(db.transaction((tx) => tx.one(read, { name: 'b1' }))).resolves.toMatchObject({ value: 10 });
  });
});

describe('work that may be refused', () => {
  let db: Database;
  let close: () => Promise<void>;
  let release: () => void;

  beforeAll(async () => ({ db, close } = await aDatabase('patience', [])));
  afterAll(() => close());

  /** From now on all work waits, until it is released. */
  beforeEach(async () => {
    const released = new Promise<void>((resolve) => (release = resolve));
    for (const _ of ['one lane', 'the other']) {
      await new Promise<void>((begun) => {
        void db.transaction(() => {
          begun();
          return released;
        });
      });
    }
  });

  const begun: string[] = [];
  const note = (name: string) => async () => void begun.push(name);
  const ask = (shedAfterMs: number, name = 'a request') => db.transaction(note(name), undefined, { shedAfterMs });
  const work = () => db.transaction(note('a message'));
  beforeEach(() => void begun.splice(0));

  it('is, while the first of its kind has waited too long; other work never is', async () => {
    const first = ask(0);
    await expect(ask(0)).rejects.toMatchObject({ code: 'service.overloaded' });
    const [sheddable, message] = [ask(60_000), work()];
    release();
    await Promise.all([first, sheddable, message]);
    expect(begun.length).toBe(3);
    await ask(0);
  });

  it('tells how long it waits', async () => {
    expect(db.lagMs).toBe(0);
    const waiting = ask(0);
    expect(db.lagMs).toBeGreaterThan(0);
    release();
    await waiting;
    expect(db.lagMs).toBe(0);
  });

  it('is not late because it is about what somebody else is busy with', async () => {
    release();
    let finish: () => void = () => {};
    const turn = { shedAfterMs: 60_000, key: 'the same' };
    const busy = new Promise<void>((begun) => {
      void db.transaction(() => (begun(), new Promise<void>((resolve) => (finish = resolve))), undefined, turn);
    });
    await busy;
    const waiting = db.transaction(note('a request'), undefined, turn);
    expect(db.lagMs).toBe(0);
    finish();
    await waiting;
  });

  it('lets the other go first', async () => {
    const requests = [ask(60_000), ask(60_000)];
    const message = work();
    release();
    await Promise.all([...requests, message]);
    expect(begun).toEqual(['a message', 'a request', 'a request']);
  });

  it('has its share of every transaction, however much of the other there is', async () => {
    const messages = Array.from({ length: 200 }, work);
    const request = ask(60_000);
    release();
    await Promise.all([...messages, request]);
    expect(begun.indexOf('a request')).toBeLessThan(64);
  });
});

describe('a request, at the limiter', () => {
  const error = new Error('nobody connects here');
  const aQueue = () =>
    new GroupCommit({
      module: 'anybody',
      connect: () => Promise.reject(error),
      now: () => new Date(),
      ids: new SystemIds(),
      sqlTextFor: (statement) => statement,
      committed: () => {},
    });
  const [one, other] = [aQueue(), aQueue()];
  afterAll(() => Promise.all([one.close(), other.close()]));

  const context = { correlationId: 'any', causationId: null };
  const work = (tx: Tx) => tx.run(read, { name: 'any' });
  const ended: Promise<unknown>[] = [];
  const message = (queue: GroupCommit) => ended.push(queue.run(work, context));
  const request = (queue: GroupCommit) => ended.push(queue.run(work, context, { shedAfterMs: 60_000 }));
  afterEach(() => Promise.allSettled(ended.splice(0)));

  it('is ahead of messages of another module that came a little earlier', () => {
    message(one);
    request(other);
    expect(other.firstSince).toBeLessThan(one.firstSince!);
  });

  it('takes what else its module has with it', () => {
    message(one);
    message(other);
    request(other);
    expect(other.firstSince).toBeLessThan(one.firstSince!);
  });

  it('is not ahead of what has waited long', () => {
    message(one);
    while (performance.now() < one.firstSince! + 50);
    request(other);
    expect(other.firstSince).toBeGreaterThan(one.firstSince!);
  });
});
