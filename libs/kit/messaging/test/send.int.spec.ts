import type { Database } from '@thali/kit/postgres';
import { aDatabase } from '@thali/kit/postgres/testing';
import { messagingMigrations } from '..';
import { send } from '../outbox/send';
import { cancelScheduled, schedule } from '../timers/schedule';
import { Rang } from './instance';

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe('what a transaction says', () => {
  let db: Database;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ db, close } = await aDatabase('tower', messagingMigrations));
    await db.read(`insert into routes values ('tower.rang', 'street'), ('tower.rang', 'market')`);
  });
  afterAll(() => close());

  const numbersOf = async (bell: string) => {
    const sql = 'select key_version as number from messages where key = $1 order by key_version';
    return (await db.read<{ number: number }>(sql, [bell])).map(({ number }) => number);
  };
  const timersOf = (bell: string) => db.read<{ data: object }>('select data from timers where key = $1', [bell]);

  it('is numbered by key without gaps, whoever else says something, and whoever takes it back', async () => {
    const say = async (n: number) =>
      db.transaction(async (tx) => {
        send(tx, Rang({ bell: 'Pummerin', n }));
        if (n % 5 === 0) throw new Error('taken back');
      });
    const said = await Promise.allSettled(upTo(25).map(say));
    expect(said.filter(({ status }) => status === 'rejected')).toHaveLength(5);
    expect(await numbersOf('Pummerin')).toEqual(upTo(20));
  });

  it('keeps its order within the transaction', async () => {
    await db.transaction(async (tx) => upTo(10).forEach((n) => send(tx, Rang({ bell: 'Emmanuel', n }))));
    const data = await db.read<{ n: number }>(
      `select (data ->> 'n')::int as n from messages where key = 'Emmanuel' order by key_version`,
    );
    expect(data.map(({ n }) => n)).toEqual(upTo(10));
  });

  it('waits for each destination that wants it, and stays in the log for good', async () => {
    await db.transaction(async (tx) => send(tx, Rang({ bell: 'Big Ben', n: 1 })));
    const waiting = await db.read<{ destination: string }>(
      `select destination from outbox join messages using (message_id) where key = 'Big Ben' order by destination`,
    );
    expect(waiting).toEqual([{ destination: 'market' }, { destination: 'street' }]);
  });

  it('is only remembered when nobody wants it', async () => {
    await db.transaction(async (tx) => send(tx, { ...Rang({ bell: 'Gloriosa', n: 1 }), type: 'tower.was-silent' }));
    expect(await numbersOf('Gloriosa')).toEqual([1]);
    expect(await db.read(`select 1 from outbox join messages using (message_id) where key = 'Gloriosa'`)).toEqual([]);
  });

  it('can be set for later, moved and cancelled, each with its transaction', async () => {
    const set = (n: number) =>
      db.transaction(async (tx) => schedule(tx, Rang({ bell: 'Angelus', n }), { afterMs: 60_000 }));
    await set(1);
    await set(2);
    expect(await timersOf('Angelus')).toEqual([{ data: { bell: 'Angelus', n: 2 } }]);
    const undecided = db.transaction(async (tx) => {
      cancelScheduled(tx, Rang, 'Angelus');
      throw new Error('no');
    });
    await expect(undecided).rejects.toThrow('no');
    expect(await timersOf('Angelus')).toHaveLength(1);
    await db.transaction(async (tx) => cancelScheduled(tx, Rang, 'Angelus'));
    expect(await timersOf('Angelus')).toEqual([]);
  });

  it('sets a timer as it was said last, where a transaction changes its mind', async () => {
    const later = (n: number) => [Rang({ bell: 'Savoyarde', n }), { afterMs: 60_000 }] as const;
    await db.transaction(async (tx) => {
      schedule(tx, ...later(1));
      cancelScheduled(tx, Rang, 'Savoyarde');
    });
    expect(await timersOf('Savoyarde')).toEqual([]);
    await db.transaction(async (tx) => {
      schedule(tx, ...later(2));
      cancelScheduled(tx, Rang, 'Savoyarde');
      schedule(tx, ...later(3));
      schedule(tx, ...later(4));
    });
    expect(await timersOf('Savoyarde')).toEqual([{ data: { bell: 'Savoyarde', n: 4 } }]);
  });

  it('cannot be what its schema does not allow', () => {
    expect(() => Rang({ bell: 'Pummerin', n: 1.5 })).toThrow('n');
  });
});
