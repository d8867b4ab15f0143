import { provisionModule, rows, Database } from '@thali/kit/postgres';
import { aPlug, aServer, type Plug, type TestServer } from '@thali/kit/postgres/testing';
import { Client } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateCounters1700000000900 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('create table counters (name text primary key, value int not null)');
  }
  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table counters');
  }
}

class TakeLong1700000000901 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('select pg_sleep(1.5)');
  }
  async down(): Promise<void> {}
}

const put = rows({ name: 'text' }).change(
  (input) => `insert into counters select name, 1 from ${input} on conflict do nothing`,
);
const read = rows({ name: 'text' }).query<{ value: number }>(
  (input) => `select i.n, c.value from ${input} join counters c using (name)`,
);
const divide = rows({ by: 'int' }).query<{ result: number }>((input) => `select i.n, 1 / i.by as result from ${input}`);

/** A silent server is given up a second after that. */
const statementWithinMs = 4_000;
/** Less than {@link TakeLong1700000000901} takes. */
const lessMs = 1_000;

let server: TestServer;
let plug: Plug;
let url: string;
let db: Database;

beforeAll(async () => {
  server = await aServer();
  url = await provisionModule(server.url, 'counting');
  plug = await aPlug(url);
  const migrations = [CreateCounters1700000000900];
  db = await Database.open({ module: 'counting', url: plug.url, migrations, statementWithinMs });
});

afterAll(async () => {
  await db.close();
  await plug.close();
  await server.drop();
});

describe('while the server says nothing', () => {
  it('all who share a transaction are told at once that it is away, and what it says later is heard by nobody', async () => {
    await db.transaction((tx) => tx.one(read, { name: 'a' }));
    plug.hold();
    const five = ['a', 'b', 'c', 'd', 'e'].map((name) => db.transaction((tx) => tx.one(read, { name })));
    const outcomes = await Promise.allSettled(five);
    const unavailable = { status: 'rejected', reason: expect.objectContaining({ code: 'database.unavailable' }) };
    expect(outcomes).toEqual(five.map(() => unavailable));

    plug.letGo();
    await db.transaction((tx) => tx.run(put, { name: 'a' }));
    expect(await db.transaction((tx) => tx.one(read, { name: 'a' }))).toMatchObject({ value: 1 });
  });
});

describe('a unit of work that fails', () => {
  it.each([1, 2])(
    'is told why its first statement failed, not that the next was not run; of so many: %i',
    async (count) => {
      const unit = () =>
        db.transaction(async (tx) => {
          const [change, reading] = [tx.run(put, { name: 'b' }), tx.run(divide, { by: 0 })];
          reading.catch(() => {});
          await change;
        });
      const outcomes = await Promise.allSettled(Array.from({ length: count }, unit));
      const divided = { status: 'rejected', reason: expect.objectContaining({ message: 'division by zero' }) };
      expect(outcomes).toEqual(outcomes.map(() => divided));
    },
  );

  it('fails alone when what it says cannot be put in a packet', async () => {
    const impossible = { name: 'U+0000: \0' };
    const [bad, good] = await Promise.allSettled([
      db.transaction((tx) => tx.one(read, impossible)),
      db.transaction((tx) => tx.run(put, { name: 'c' })),
    ]);
    expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
  });

  it('is done on another connection when a table is no longer what it was', async () => {
    await db.transaction((tx) => tx.run(put, { name: 'd' }));
    await db.transaction((tx) => tx.one(read, { name: 'd' }));
    const client = new Client(url);
    await client.connect();
    await client.query('alter table counting.counters alter column value type bigint');
    await client.end();
    expect(await db.transaction((tx) => tx.one(read, { name: 'd' }))).toMatchObject({ value: 1 });
  });
});

describe('a database', () => {
  const open = (migrations: (new () => MigrationInterface)[]) =>
    Database.open({ module: 'counting', url, migrations, statementWithinMs: lessMs });

  it('is brought up to date by one of several who open it at once, however long that takes', async () => {
    const opened = await Promise.all([1, 2, 3].map(() => open([CreateCounters1700000000900, TakeLong1700000000901])));
    await Promise.all(opened.map((each) => each.close()));
    const [{ count } = { count: 0 }] = await db.read<{ count: number }>('select count(*) from migrations');
    expect(count).toBe(2);
  });

  it('refuses, once it is closed', async () => {
    const closed = await open([]);
    await closed.close();
    await expect(closed.transaction((tx) => tx.one(read, { name: 'a' }))).rejects.toMatchObject({
      code: 'database.unavailable',
    });
  });
});
