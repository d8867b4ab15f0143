import { SystemIds, firstIdAt } from '@thali/kit/core';
import { InProcessTransport, type Subscription } from '@thali/kit/messaging';
import { eventually } from '@thali/kit/messaging/testing';
import { createLog } from '@thali/kit/telemetry';
import { Database, provisionModule } from '@thali/kit/postgres';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { Client } from 'pg';
import { Messaging } from '../messaging';
import { dedupeDays, Retention } from '../log/retention';
import { messagingMigrations } from '..';
import { send } from '../outbox/send';
import { dropWeek, makeWeek, weekAt, weekMs, weeksOf } from '../log/weeks';
import { Rang } from './instance';

const dayMs = 24 * 3_600_000;
const log = createLog('test', 'silent');

/** A process whose clock is slow. */
class IdsOfLongAgo extends SystemIds {
  private made = 0;

  constructor(private readonly daysAgo: number) {
    super();
  }

  override uuid(): string {
    const moment = firstIdAt(Date.now() - this.daysAgo * dayMs);
    return moment.replace(/.{12}$/, (this.made++).toString(16).padStart(12, '0'));
  }
}

describe('what a module remembers of its messages', () => {
  let server: TestServer;
  let db: Database;
  let retention: Retention;

  beforeEach(async () => {
    server = await aServer();
    db = await open();
    retention = new Retention({ db, log, days: dedupeDays });
  });
  afterEach(async () => {
    await retention.stop();
    await db.close();
    await server.drop();
  });

  const url = () => provisionModule(server.url, 'tower');
  const open = async (ids = new SystemIds(), migrations = messagingMigrations) =>
    Database.open({ module: 'tower', url: await url(), migrations, ids });
  const thisWeek = () => weekAt(Date.now());

  const ringOf = async (daysAgo: number, bell: string) => {
    const then = await open(new IdsOfLongAgo(daysAgo));
    await then.transaction(async (tx) => send(tx, Rang({ bell, n: 1 })));
    await then.close();
  };
  const whereIs = async (bell: string) => {
    const sql = 'select tableoid::regclass::text as place from messages where key = $1';
    return (await db.read<{ place: string }>(sql, [bell])).map(({ place }) => place);
  };
  const nameOf = (week: number) =>
    `messages_${new Date(week * weekMs).toISOString().slice(0, 10).replaceAll('-', '_')}`;
  /** Past the retention, and in the middle of a week. */
  const longAgo = () => {
    const week = weekAt(Date.now() - (dedupeDays + 14) * dayMs);
    return { week, daysAgo: (Date.now() - (week + 0.5) * weekMs) / dayMs };
  };

  it('has a place for this week and the next before anything is said', async () => {
    await retention.prepare();
    expect(await weeksOf(db, 'messages')).toEqual([thisWeek(), thisWeek() + 1]);
    expect(await weeksOf(db, 'handled')).toEqual([thisWeek(), thisWeek() + 1]);
    await ringOf(0, 'Pummerin');
    expect(await whereIs('Pummerin')).toEqual([nameOf(thisWeek())]);
  });

  it('is put where it belongs when its week had no place', async () => {
    await ringOf(0, 'Pummerin');
    await ringOf(7, 'Gloriosa');
    await ringOf(1_000, 'Angelus');
    expect(await whereIs('Pummerin')).toEqual(['messages_default']);
    await retention.prepare();
    expect(await whereIs('Pummerin')).toEqual([nameOf(thisWeek())]);
    expect(await whereIs('Gloriosa')).toEqual([nameOf(weekAt(Date.now() - 7 * dayMs))]);
    expect(await whereIs('Angelus')).toEqual(['messages_default']);
  });

  it('is gone a week at a time when it is old enough, and not before', async () => {
    const { week, daysAgo } = longAgo();
    const justNot = weekAt(Date.now() - dedupeDays * dayMs);
    await makeWeek(db, 'messages', week);
    await makeWeek(db, 'messages', justNot);
    await ringOf(daysAgo, 'Pummerin');
    await ringOf((Date.now() - justNot * weekMs) / dayMs, 'Gloriosa');
    retention.start();
    await eventually(
      () => weeksOf(db, 'messages'),
      (weeks) => !weeks.includes(week),
    );
    expect(await whereIs('Pummerin')).toEqual([]);
    expect(await whereIs('Gloriosa')).toEqual([nameOf(justNot)]);
    const [horizon] = await db.read<{ before: string; at: Date }>('select before, at from horizon');
    expect(horizon).toEqual({ before: firstIdAt((week + 1) * weekMs), at: new Date((week + 1) * weekMs) });
  });

  it('keeps, however old, what is still to be delivered', async () => {
    const { week, daysAgo } = longAgo();
    await makeWeek(db, 'messages', week);
    await db.read(`insert into routes values ('tower.rang', 'street')`);
    await ringOf(daysAgo, 'Pummerin');
    expect(await dropWeek(db, 'messages', week)).toBe(true);
    expect(await whereIs('Pummerin')).toEqual([nameOf(week)]);
    await db.read('delete from outbox');
    expect(await dropWeek(db, 'messages', week)).toBe(true);
    expect(await whereIs('Pummerin')).toEqual([]);
  });

  it('is dropped only when nobody reads it, and who waits for that holds nobody up', async () => {
    const { week } = longAgo();
    await retention.prepare();
    await makeWeek(db, 'messages', week);
    const reader = new Client({ connectionString: server.url });
    await reader.connect();
    await reader.query('begin; select count(*) from tower.messages');
    let dropped: boolean | undefined;
    const dropping = dropWeek(db, 'messages', week).then((done) => (dropped = done));
    const tookMs: number[] = [];
    while (dropped === undefined) {
      const began = performance.now();
      await ringOf(0, 'Pummerin');
      tookMs.push(performance.now() - began);
    }
    await dropping;
    expect(dropped).toBe(false);
    expect(tookMs.length).toBeGreaterThan(3);
    expect(Math.max(...tookMs)).toBeLessThan(1_000);
    await reader.end();
    expect(await dropWeek(db, 'messages', week)).toBe(true);
    expect(await weeksOf(db, 'messages')).not.toContain(week);
  });

  it('does not depend on how many instances there are', async () => {
    const { week } = longAgo();
    await makeWeek(db, 'handled', week);
    const others = [1, 2, 3].map(() => new Retention({ db, log, days: dedupeDays }));
    const all = [retention, ...others];
    await Promise.all(all.map((each) => each.prepare()));
    for (const each of all) each.start();
    await eventually(
      () => weeksOf(db, 'handled'),
      (weeks) => weeks.length === 2,
    );
    await Promise.all(others.map((each) => each.stop()));
    expect(await weeksOf(db, 'messages')).toEqual([thisWeek(), thisWeek() + 1]);
  });

  it('is what it was in a database of before there were weeks', async () => {
    const before = await aServer();
    const old = { module: 'tower', url: await provisionModule(before.url, 'tower') };
    const then = await Database.open({ ...old, migrations: messagingMigrations.slice(0, 1) });
    await then.transaction(async (tx) => send(tx, Rang({ bell: 'Pummerin', n: 1 })));
    await then.read(`insert into handled (subscription, message_id, producer, key, key_version)
      select 'tower.listen', message_id, 'tower', key, key_version from messages`);
    await then.close();

    const heard: string[] = [];
    const now = await Database.open({ ...old, migrations: messagingMigrations });
    const transport = new InProcessTransport();
    const inside = async ({ bell }: { bell: string }) => void heard.push(bell);
    const listener: Subscription = { name: 'tower.listen', types: [Rang], handle: { inside } };
    const messaging = new Messaging({ db: now, subscriptions: [listener], transport, log });
    try {
      await messaging.prepare();
      messaging.start();
      await now.transaction(async (tx) => send(tx, Rang({ bell: 'Pummerin', n: 2 })));
      await eventually(
        async () => heard,
        (bells) => bells.length > 0,
      );
      const sql =
        'select m.key_version as version, position from messages m join handled using (message_id) order by 1';
      await eventually(
        async () => await now.read(sql),
        (rows) => rows.length === 2,
      );
      expect(await now.read(sql)).toEqual([
        { version: 1, position: 1 },
        { version: 2, position: 2 },
      ]);
      expect(await now.read('select from messages_default union all select from handled_default')).toEqual([]);
    } finally {
      await messaging.stop();
      await now.close();
      await before.drop();
    }
  });
});
