import { InProcessTransport, type Subscription } from '@thali/kit/messaging';
import { eventually } from '@thali/kit/messaging/testing';
import { createLog } from '@thali/kit/telemetry';
import { Database, provisionModule } from '@thali/kit/postgres';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import type { Message } from '@thali/kit/core';
import { randomUUID } from 'node:crypto';
import { Messaging } from '../messaging';
import { send } from '../outbox/send';
import { cancelScheduled, schedule } from '../timers/schedule';
import { messagingMigrations } from '..';
import { Inbox } from '../inbox/inbox';
import { claimTimer } from '../timers/timers.sql';
import { Rang } from './instance';

const many = 10_000;
const laterMs = 3_600_000;

// PostgreSQL plans a statement once, with what it believes of a table then. A queue is mostly empty.
describe('by a plan that was made while next to nothing waited, and has to do when much does', () => {
  let server: TestServer;
  let tower: Database;
  let ear: Database;
  let messagings: Messaging[];
  let heard: number;

  beforeEach(async () => {
    heard = 0;
    messagings = [];
    server = await aServer();
    // One connection each: it has the plan.
    const open = async (module: string) =>
      Database.open({
        module,
        url: await provisionModule(server.url, module),
        migrations: messagingMigrations,
        poolSize: 1,
      });
    [tower, ear] = [await open('tower'), await open('ear')];
  });
  afterEach(async () => {
    await stop();
    for (const db of [tower, ear]) await db.close();
    await server.drop();
  });

  /** The tower's and the ear's, about to start. */
  async function prepare(): Promise<Messaging[]> {
    const transport = new InProcessTransport();
    const log = createLog('test', 'silent');
    const inside = async () => void heard++;
    const listener: Subscription = { name: 'ear.listen', types: [Rang], handle: { inside } };
    const prepared = [
      new Messaging({ db: tower, subscriptions: [], transport, log }),
      new Messaging({ db: ear, subscriptions: [listener], transport, log }),
    ];
    for (const messaging of prepared) await messaging.prepare();
    return prepared;
  }

  function start(prepared: Messaging[]): void {
    messagings = prepared;
    for (const messaging of messagings) messaging.start();
  }

  async function stop(): Promise<void> {
    for (const messaging of messagings.splice(0)) await messaging.stop();
  }

  const until = (count: number) =>
    eventually(
      async () => heard,
      (sofar) => sofar === count,
    );

  const ring = (from: number, count: number) =>
    tower.transaction(async (tx) => {
      for (let n = from; n < from + count; n++) send(tx, Rang({ bell: `bell ${n}`, n }));
    });

  /** From now on all that PostgreSQL believes of this table is what is in it now. */
  async function lookThrough(table: string): Promise<void> {
    await ear.read(`alter table ${table} set (autovacuum_enabled = off)`);
    await ear.read(`vacuum analyze ${table}`);
  }

  /** How many entries of its indexes were read, once the statistics have so many rows that came and went. */
  async function entriesRead(table: string, rows: { stored: number; gone: number }): Promise<number> {
    const { read } = await eventually(
      async () => {
        const [found] = await ear.read<{ stored: number; gone: number; read: number }>(
          `select t.n_tup_ins as stored, t.n_tup_del as gone, sum(i.idx_tup_read)::float8 as read
           from pg_stat_user_tables t join pg_stat_user_indexes i using (relid)
           where t.schemaname = 'ear' and t.relname = $1 group by t.n_tup_ins, t.n_tup_del`,
          [table],
        );
        return found!;
      },
      ({ stored, gone }) => stored === rows.stored && gone === rows.gone,
    );
    return read;
  }

  const setTimers = (from: number, count: number) =>
    ear.transaction(async (tx) => {
      for (let n = from; n < from + count; n++) schedule(tx, Rang({ bell: `bell ${n}`, n }), { afterMs: laterMs });
    });

  it.each([0, 2])(
    'an inbox is not read through to store one more, nor to handle one of it (%d waited)',
    async (waiting) => {
      const [first, second] = [await prepare(), await prepare()];
      await ear.read(`insert into blocked_keys (subscription, key, until) values ('ear.listen', 'bell 0', 'infinity')`);
      for (let n = 0; n < waiting; n++) await ring(0, 1);
      await lookThrough('inbox');
      start(first);
      await ring(1, 1);
      await until(1);
      await stop();
      for (let n = 0; n < many; n += many / 20) await ring(n + 2, many / 20);
      const toStore = await entriesRead('inbox', { stored: waiting + 1 + many, gone: 1 });
      start(second);
      await until(1 + many);
      const toHandle = (await entriesRead('inbox', { stored: waiting + 1 + many, gone: 1 + many })) - toStore;
      // Nothing of a key waits when the one of it comes.
      expect(toStore / many).toBeLessThan(1);
      // Each is read to be handled, to be left out of the next looks, and to be taken.
      expect(toHandle / many).toBeLessThan(12);
    },
    60_000,
  );

  it('timers are not read through to cancel one', async () => {
    const cancel = (n: number) => ear.transaction(async (tx) => cancelScheduled(tx, Rang, `bell ${n}`));
    await setTimers(0, 2);
    await lookThrough('timers');
    await cancel(0);
    await setTimers(2, many);
    const before = await entriesRead('timers', { stored: 2 + many, gone: 1 });
    for (let n = 1; n <= 100; n++) await cancel(n);
    const read = (await entriesRead('timers', { stored: 2 + many, gone: 101 })) - before;
    expect(read / 100).toBeLessThan(4);
  });

  it('timers are not read through to take one whose time has come', async () => {
    const take = async (n: number) => {
      const [timer] = await ear.read<{ dueAt: string }>(
        `select due_at::text as "dueAt" from timers where type = $1 and key = $2`,
        [Rang.type, `bell ${n}`],
      );
      const seen = { type: Rang.type, key: `bell ${n}`, dueAt: timer!.dueAt, subscription: 'ear.listen' };
      return ear.transaction((tx) => tx.one(claimTimer, seen));
    };
    await setTimers(0, 2);
    await lookThrough('timers');
    await take(0);
    await setTimers(2, many);
    const before = await entriesRead('timers', { stored: 2 + many, gone: 1 });
    for (let n = 1; n <= 100; n++) expect(await take(n)).toBeDefined();
    const read = (await entriesRead('timers', { stored: 2 + many, gone: 101 })) - before;
    // Once to be seen, and once to be taken.
    expect(read / 100).toBeLessThan(4);
  });

  it('an inbox is not read through to store what comes over the wire', async () => {
    await prepare();
    const receive = (from: number, count: number) =>
      inbox.receive(Array.from({ length: count }, (_, i) => aMessage(from + i)));
    const inbox = new Inbox(ear, [{ name: 'ear.listen', types: [Rang], handle: { inside: async () => {} } }]);
    await receive(0, 2);
    await lookThrough('inbox');
    await receive(2, 1);
    for (let n = 3; n < 3 + many; n += many / 20) await receive(n, many / 20);
    expect((await entriesRead('inbox', { stored: 3 + many, gone: 0 })) / many).toBeLessThan(1);
  });
});

function aMessage(n: number): Message {
  const bell = `bell ${n}`;
  const said = {
    id: randomUUID(),
    producer: 'tower',
    type: Rang.type,
    version: 1,
    key: bell,
    keyVersion: 1,
    data: { bell, n },
  };
  return { ...said, correlationId: 'wire', causationId: null, recordedAt: new Date().toISOString() };
}
