import type { Message } from '@thali/kit/core';
import { eventually } from '@thali/kit/messaging/testing';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { randomUUID } from 'node:crypto';
import { rows } from '@thali/kit/postgres';
import { partitionOf } from '../../core';
import { cancelScheduled, schedule, timersChanged } from '../timers/schedule';
import { claimTimer } from '../timers/timers.sql';
import { Instance, Rang, dyingLeaseMs, type Hear, type Ring } from './instance';

const write = rows({ bell: 'text', number: 'int' }).change(
  (input) => `insert into effects (bell, n) select i.bell, i.number from ${input}`,
);

describe('what can be handled at once', () => {
  let server: TestServer;
  let instances: Instance[];
  let heard: Ring[];

  beforeEach(async () => {
    server = await aServer();
    instances = [];
    heard = [];
  });
  afterEach(async () => {
    await Promise.all(instances.map((instance) => instance.stop()));
    await server.drop();
  });

  const note: Hear = (ring, tx) => {
    heard.push(ring);
    tx.defer(write, { bell: ring.bell, number: ring.n });
  };
  /** Fails the first time that it hears ring number 1. */
  const failFirst: Hear = (ring, tx, message) => {
    const isFirst = heard.every(({ n }) => n !== 1);
    void note(ring, tx, message);
    if (isFirst && ring.n === 1) throw new Error('too loud');
  };

  async function start(
    hear: (self: Instance) => Hear = () => note,
    options: Parameters<typeof Instance.start>[2] = {},
  ) {
    const instance = await Instance.start(server.url, hear, options);
    instances.push(instance);
    await instance.db.read('create table effects (position serial, bell text, n int)');
    await eventually(
      () => instance.shares(),
      ({ length }) => length === 1,
    );
    return instance;
  }

  const count = async ({ db }: Instance, things: string) =>
    (await db.read<{ count: number }>(`select count(*)::int as count from ${things}`))[0]!.count;
  /** What hearing has led to: handlers may run in vain. */
  const effects = async ({ db }: Instance) =>
    (await db.read<{ n: number }>('select n from effects order by position')).map(({ n }) => n);
  /** Letters that were ever put into the inbox. */
  const storedBy = async ({ db }: Instance) =>
    (
      await db.read<{ stored: number }>(
        'select case when is_called then last_value else 0 end::int as stored from inbox_seq_seq',
      )
    )[0]!.stored;
  const untilHandled = (tower: Instance, messages: number) =>
    eventually(
      () => count(tower, 'handled'),
      (now) => now >= messages,
    );

  describe('of what timers hold', () => {
    const set = ({ db }: Instance, bell: string, n: number, afterMs = 1) =>
      db.transaction(async (tx) => schedule(tx, Rang({ bell, n }), { afterMs }));
    const untilGone = (tower: Instance) =>
      eventually(
        () => count(tower, 'timers'),
        (now) => now === 0,
      );

    /** The timers that are set, as a process has in mind what it has set itself and is due now. */
    const remembered = async ({ db }: Instance) => {
      const timers = await db.read<{ key: string; data: Ring; dueAt: string }>(
        'select key, data, due_at::text as "dueAt" from timers',
      );
      const context = db.newContext();
      return timers.map(({ key, data, dueAt }) => ({
        row: { ...Rang(data), ...context, part: partitionOf(key), afterMs: 0 },
        result: { dueAt },
      }));
    };

    it('leaves nothing behind: no message, no letter, no timer', async () => {
      const tower = await start();
      await set(tower, 'Pummerin', 1);
      await untilGone(tower);
      expect(heard).toEqual([{ bell: 'Pummerin', n: 1 }]);
      expect([await count(tower, 'messages'), await count(tower, 'handled'), await storedBy(tower)]).toEqual([0, 0, 0]);
    });

    it('becomes a message when it fails, and is tried again as any other', async () => {
      const tower = await start(() => failFirst);
      await set(tower, 'Pummerin', 1);
      await untilHandled(tower, 1);
      expect(heard).toHaveLength(2);
      expect([await count(tower, 'messages'), await count(tower, 'timers')]).toEqual([1, 0]);
    });

    it('waits behind what blocks its key', async () => {
      const tower = await start();
      await tower.db.read(`insert into blocked_keys values ('tower.listen', 'Pummerin', 'infinity')`);
      await tower.inbox.receive([ringing('Pummerin', 1)]);
      await set(tower, 'Pummerin', 2);
      await eventually(
        () => count(tower, 'inbox'),
        (now) => now === 2,
      );
      expect(await effects(tower)).toEqual([]);
      await tower.db.read('delete from blocked_keys');
      await untilHandled(tower, 2);
      expect(await effects(tower)).toEqual([1, 2]);
    });

    it('is that of the timer that was seen, and of none set since, and only while nothing blocks its key', async () => {
      const tower = await start();
      await set(tower, 'Emmanuel', 1, 60_000);
      const [row] = await tower.db.read<{ dueAt: string }>('select due_at::text as "dueAt" from timers');
      const taken = (dueAt: string, subscription: string | null) =>
        tower.db
          .transaction(async (tx) => {
            const taken = await tx.one(claimTimer, { type: Rang.type, key: 'Emmanuel', dueAt, subscription });
            throw taken ? new Error('taken') : new Error('left');
          })
          .catch(({ message }: Error) => message);
      const { dueAt } = row!;
      expect(await taken(dueAt, 'tower.listen')).toBe('taken');
      expect(await taken('2026-01-01T00:00:00Z', 'tower.listen')).toBe('left');
      await tower.db.read(`insert into blocked_keys values ('tower.listen', 'Emmanuel', 'infinity')`);
      expect(await taken(dueAt, 'tower.listen')).toBe('left');
      expect(await taken(dueAt, null)).toBe('taken');
      await tower.inbox.receive([ringing('Emmanuel', 2)]);
      await tower.db.read('delete from blocked_keys');
      await untilHandled(tower, 1);
      expect(await taken(dueAt, 'tower.listen')).toBe('taken');
    });

    it.each([0, 1])(
      'is only that of the timer that is set, where one transaction has seen two of them',
      async (first) => {
        const tower = await start();
        await set(tower, 'Emmanuel', 1, 60_000);
        const [row] = await tower.db.read<{ dueAt: string }>('select due_at::text as "dueAt" from timers');
        const seen = ['2026-01-01T00:00:00Z', row!.dueAt].map((dueAt) => ({
          type: Rang.type,
          key: 'Emmanuel',
          dueAt,
          subscription: null,
        }));
        const inTurn = [seen[first]!, seen[1 - first]!];
        const taken = await tower.db.transaction((tx) => Promise.all(inTurn.map((timer) => tx.one(claimTimer, timer))));
        expect(taken.map((each) => each !== undefined)).toEqual([first === 1, first === 0]);
      },
    );

    it('does not happen when it was cancelled, nor as it was set before', async () => {
      const tower = await start();
      await set(tower, 'Angelus', 1, 60_000);
      await set(tower, 'Pummerin', 2, 60_000);
      const before = await remembered(tower);
      await tower.db.transaction(async (tx) => cancelScheduled(tx, Rang, 'Angelus'));
      await set(tower, 'Pummerin', 3, 60_000);
      tower.db.emit(timersChanged, before);
      await eventually(
        async () => heard.map(({ n }) => n),
        (numbers) => numbers.includes(1) && numbers.includes(2),
      );
      await tower.later(60_000);
      await untilGone(tower);
      expect(await effects(tower)).toEqual([3]);
    });

    it('is not looked for when it was set here and is due soon', async () => {
      const tower = await start();
      await tower.db.read('revoke select on timers from current_user');
      // What looking for it takes besides, and setting and taking it do not, is the partition.
      await tower.db.read(
        'grant select (type, key, version, data, correlation_id, causation_id, due_at) on timers to current_user',
      );
      await set(tower, 'Pummerin', 1, 20);
      const rung = await eventually(
        () => effects(tower),
        ({ length }) => length > 0,
      );
      expect(rung).toEqual([1]);
    });

    it('becomes a message when it has killed its process: then crashes are counted', async () => {
      const first = await start((self) => () => self.crash(), { leaseMs: dyingLeaseMs });
      await set(first, 'Pummerin', 1);
      await eventually(
        async () => first.db.read('select 1').catch(() => 'dead'),
        (answer) => answer === 'dead',
      );
      const second = await Instance.start(server.url, () => note, { leaseMs: dyingLeaseMs });
      instances.push(second);
      await second.later(dyingLeaseMs);
      await untilHandled(second, 1);
      expect([await effects(second), await count(second, 'messages')]).toEqual([[1], 1]);
    });
  });

  describe('of what comes over the wire', () => {
    const first = () => true;

    it('is not stored, but noted as handled', async () => {
      const tower = await start();
      await tower.inbox.receive([ringing('Pummerin', 1), ringing('Emmanuel', 1)], first);
      expect(heard).toHaveLength(2);
      expect([await count(tower, 'handled'), await storedBy(tower)]).toEqual([2, 0]);
    });

    it('is stored where it may have come before: it may have killed a process', async () => {
      const tower = await start();
      await tower.inbox.receive([ringing('Pummerin', 1)]);
      await untilHandled(tower, 1);
      expect(await storedBy(tower)).toBe(1);
    });

    it('has its effect once, though it comes twice', async () => {
      const tower = await start();
      const message = ringing('Pummerin', 1);
      await tower.inbox.receive([message], first);
      await tower.inbox.receive([message], first);
      await tower.inbox.receive([message]);
      await tower.inbox.receive([ringing('Pummerin', 2)], first);
      await untilHandled(tower, 2);
      expect(await effects(tower)).toEqual([1, 2]);
    });

    it('has it once, though two instances handle it at the same moment', async () => {
      const tower = await start();
      const other = await tower.db.connect();
      const message = ringing('Pummerin', 1);
      await other.query('begin');
      await other.query(
        `insert into handled (subscription, message_id, producer, key, key_version) values ('tower.listen', $1, 'street', 'Pummerin', 1)`,
        [message.id],
      );
      const received = tower.inbox.receive([message], first);
      await eventually(
        () => tower.db.read(`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%handled%'`),
        ({ length }) => length > 0,
      );
      await other.query('commit');
      other.release();
      await received;
      expect([await count(tower, 'inbox'), await effects(tower)]).toEqual([0, []]);
    });

    it('is stored when it fails, and tried again as any other', async () => {
      const tower = await start(() => failFirst);
      await tower.inbox.receive([ringing('Pummerin', 1)], first);
      await untilHandled(tower, 1);
      expect([heard.length, await storedBy(tower)]).toEqual([2, 1]);
    });

    it('keeps the order of those of one key, even if the first fails', async () => {
      const tower = await start(() => failFirst);
      const [one, two, three] = [1, 2, 3].map((n) => ringing('Pummerin', n));
      await tower.inbox.receive([one!, two!, three!], first);
      await untilHandled(tower, 3);
      expect(await effects(tower)).toEqual([1, 2, 3]);
    });

    it('waits behind what is dead of its key', async () => {
      const tower = await start(() => failFirst, { attempts: 1 });
      await tower.inbox.receive([ringing('Pummerin', 1)]);
      await eventually(
        () => count(tower, 'dead_letters'),
        (now) => now === 1,
      );
      await tower.inbox.receive([ringing('Pummerin', 2)], first);
      expect([await effects(tower), await count(tower, 'inbox')]).toEqual([[], 1]);
    });

    it('stays dead', async () => {
      const tower = await start(() => failFirst, { attempts: 1, whenDead: 'skip' });
      const dead = ringing('Pummerin', 1);
      await tower.inbox.receive([dead]);
      await eventually(
        () => count(tower, 'dead_letters'),
        (now) => now === 1,
      );
      await tower.inbox.receive([dead], first);
      await tower.inbox.receive([ringing('Pummerin', 2)], first);
      expect(await effects(tower)).toEqual([2]);
    });
  });
});

const ringing = (bell: string, n: number): Message => ({
  ...Rang({ bell, n }),
  id: randomUUID(),
  producer: 'street',
  keyVersion: n,
  causationId: null,
  correlationId: 'a story',
  recordedAt: new Date().toISOString(),
});
