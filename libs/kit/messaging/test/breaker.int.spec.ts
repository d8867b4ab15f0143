import { DomainError } from '@thali/kit/core';
import { eventually } from '@thali/kit/messaging/testing';
import { rows } from '@thali/kit/postgres';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { deadLetters } from '../inbox/dead-letters';
import { Instance, type Hear } from './instance';

const inbox = (db: Instance['db']) =>
  db.read<{ key: string; attempts: number; errors: object[] }>(
    'select key, attempts::int, errors from inbox order by seq',
  );
const handledCount = async (db: Instance['db']) => (await db.read(`select 1 from handled`)).length;

/** Takes a round trip. */
const aLook = rows({}).query((input) => `select i.n from ${input}`);

describe('a subscription whose dependency is away', () => {
  let server: TestServer;
  let instance: Instance;

  beforeEach(async () => (server = await aServer()));
  afterEach(async () => {
    await instance.stop();
    await server.drop();
  });

  const start = async (hear: Hear) => (instance = await Instance.start(server.url, () => hear, { attempts: 2 }));

  it('burns no attempts, however long that takes, and goes on by itself when it is back', async () => {
    let refusals = 0;
    let away = true;
    await start(() => {
      if (!away) return;
      refusals++;
      throw new DomainError('organist.away', 'unavailable', 'Nobody plays.');
    });
    await instance.ring('Pummerin');
    await eventually(
      async () => refusals,
      (count) => count >= 3,
    );
    expect(await inbox(instance.db)).toEqual([{ key: 'Pummerin', attempts: 0, errors: [] }]);
    away = false;
    await eventually(
      () => handledCount(instance.db),
      (count) => count === 1,
    );
    expect(await deadLetters(instance.db)).toEqual([]);
  });

  it('probes with one message at a time', async () => {
    const bells = Array.from({ length: 20 }, (_, n) => `bell ${n}`);
    let away = true;
    let probing = 0;
    let most = 0;
    await start(async (_, tx) => {
      most = Math.max(most, ++probing);
      await tx.run(aLook, {});
      probing--;
      if (away) throw new DomainError('organist.away', 'unavailable', 'Nobody plays.');
    });
    await instance.ring('first of all');
    await eventually(
      async () => most,
      (count) => count === 1,
    );
    await Promise.all(bells.map((bell) => instance.ring(bell)));
    await eventually(
      () => inbox(instance.db),
      ({ length }) => length === bells.length + 1,
    );
    expect(most).toBe(1);
    away = false;
    await eventually(
      () => handledCount(instance.db),
      (count) => count === bells.length + 1,
    );
  });

  it('counts nothing while its own database is away, and does everything once it is back', async () => {
    let heard = 0;
    await start(() => void heard++);
    await Promise.all(['Pummerin', 'Emmanuel'].map((bell) => instance.ring(bell)));
    await instance.without(async () => {
      await expect(instance.ring('lost')).rejects.toMatchObject({ code: 'database.unavailable', kind: 'unavailable' });
    });
    await eventually(
      () => handledCount(instance.db).catch(() => 0),
      (count) => count === 2,
    );
    await instance.ring('Tsar Bell');
    await eventually(
      () => handledCount(instance.db),
      (count) => count === 3,
    );
    expect(await deadLetters(instance.db)).toEqual([]);
    expect(heard).toBeGreaterThanOrEqual(3);
  });

  it('tells a fault of its own from one of somebody else', async () => {
    await start(() => {
      throw new Error('wrong note');
    });
    await instance.ring('Pummerin');
    const [letter] = await eventually(
      () => deadLetters(instance.db),
      ({ length }) => length === 1,
    );
    expect(letter).toMatchObject({ attempts: 2, errors: [{ message: 'wrong note' }, { message: 'wrong note' }] });
  });
});
