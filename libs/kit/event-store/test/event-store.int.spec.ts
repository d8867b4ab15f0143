import { StaleVersion, type Database, type Tx } from '@thali/kit/postgres';
import { aDatabase } from '@thali/kit/postgres/testing';
import { CreateEventStore1700000000003, EventStore, type Loaded } from '..';

interface Account {
  balance: number;
  entries: number;
}

type Entry = { type: 'PaidIn'; amount: number } | { type: 'PaidOut'; amount: number };

const empty: Account = { balance: 0, entries: 0 };

function evolve({ balance, entries }: Account, { type, amount }: Entry): Account {
  return { balance: type === 'PaidIn' ? balance + amount : balance - amount, entries: entries + 1 };
}

const paidIn = (amount: number): Entry => ({ type: 'PaidIn', amount });
const paidOut = (amount: number): Entry => ({ type: 'PaidOut', amount });
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe('an event store', () => {
  const accounts = new EventStore<Account, Entry>({ initial: empty, evolve, snapshotEvery: 10 });
  let db: Database;
  let close: () => Promise<void>;

  beforeAll(async () => ({ db, close } = await aDatabase('bank', [CreateEventStore1700000000003])));
  afterAll(() => close());

  const load = (id: string) => db.transaction((tx) => accounts.load(tx, id));
  const append = (id: string, ...entries: Entry[]) =>
    db.transaction(async (tx) => accounts.append(tx, id, await accounts.load(tx, id), entries));
  const versionsOf = async (id: string) => (await accounts.history(db, id)).map(({ version }) => version);
  const snapshotOf = async (id: string) =>
    (await db.read<Loaded<Account>>('select state, version from snapshots where stream_id = $1', [id]))[0];

  it('gives what a stream is before its first event', async () => {
    expect(await load('nobody')).toEqual({ state: empty, version: 0 });
  });

  it('loads what its events make, numbered from 1 without gaps', async () => {
    const appended = await append('ann', paidIn(100), paidOut(30));
    await append('ann', paidIn(5));
    expect(appended).toEqual({ state: { balance: 70, entries: 2 }, version: 2 });
    expect(await load('ann')).toEqual({ state: { balance: 75, entries: 3 }, version: 3 });
    expect(await versionsOf('ann')).toEqual([1, 2, 3]);
  });

  it('keeps streams apart that are loaded in one breath', async () => {
    await Promise.all([append('bea', paidIn(1)), append('cem', paidIn(2)), append('dia', paidIn(3))]);
    const loaded = await Promise.all(['bea', 'cem', 'dia', 'nobody'].map(load));
    expect(loaded.map(({ state }) => state.balance)).toEqual([1, 2, 3, 0]);
  });

  it('keeps nothing of a transaction that fails', async () => {
    const failing = db.transaction(async (tx) => {
      accounts.append(tx, 'eve', { state: empty, version: 0 }, [paidIn(1)]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await load('eve')).toEqual({ state: empty, version: 0 });
  });

  it('refuses an append to a version that is not the last', async () => {
    const outdated = await load('fay');
    await append('fay', paidIn(1));
    const late = db.transaction(async (tx) => accounts.append(tx, 'fay', outdated, [paidIn(100)]));
    await expect(late).rejects.toThrow(StaleVersion);
    expect((await load('fay')).state.balance).toBe(1);
  });

  it('appends all of several events or none', async () => {
    const outdated = await load('gus');
    await append('gus', paidIn(1));
    const late = db.transaction(async (tx) =>
      accounts.append(tx, 'gus', outdated, [paidIn(10), paidIn(20), paidIn(30)]),
    );
    await expect(late).rejects.toThrow(StaleVersion);
    expect(await versionsOf('gus')).toEqual([1]);
  });

  it('loses no entry when many write to one stream at once: who is late decides again', async () => {
    await Promise.all(upTo(30).map(() => append('hal', paidIn(1))));
    expect(await load('hal')).toEqual({ state: { balance: 30, entries: 30 }, version: 30 });
    expect(await versionsOf('hal')).toEqual(upTo(30));
  });

  it('remembers which story each event is part of', async () => {
    const context = { correlationId: 'a-story', causationId: '0198a1f0-0000-7000-8000-000000000001' };
    await db.transaction(async (tx) => accounts.append(tx, 'ida', { state: empty, version: 0 }, [paidIn(1)]), context);
    expect(await accounts.history(db, 'ida')).toEqual([
      { version: 1, type: 'PaidIn', data: { amount: 1 }, recordedAt: expect.any(Date), ...context },
    ]);
  });

  it('shows any past state', async () => {
    await append('jon', paidIn(10), paidOut(4), paidIn(20));
    const history = await accounts.history(db, 'jon');
    expect(upTo(3).map((last) => accounts.replay(history.slice(0, last)).balance)).toEqual([10, 6, 26]);
  });

  it.each(['update events set version = version', 'delete from events', 'truncate events'])(
    'refuses to rewrite history: %s',
    async (sql) => {
      await expect(db.read(sql)).rejects.toThrow('events is append-only');
    },
  );

  describe('with a long stream', () => {
    const id = 'kim';
    const last = upTo(25).map(() => paidIn(1));

    beforeAll(async () => {
      for (const entry of last) await append(id, entry);
    });

    it('takes a snapshot every so many events', async () => {
      expect(await snapshotOf(id)).toEqual({ state: { balance: 20, entries: 20 }, version: 20 });
    });

    it('loads the same from the snapshot and the events after it as from all events', async () => {
      const { state, version } = await load(id);
      expect({ state, version }).toEqual({ state: accounts.replay(await accounts.history(db, id)), version: 25 });
    });

    it('reads only the events after the snapshot', async () => {
      await db.read(`update snapshots set state = '{"balance": 1000, "entries": 20}' where stream_id = $1`, [id]);
      expect((await load(id)).state.balance).toBe(1_005);
    });

    it('needs no snapshot', async () => {
      await db.read('delete from snapshots where stream_id = $1', [id]);
      expect((await load(id)).state.balance).toBe(25);
    });

    it('takes the last when one transaction steps over several marks', async () => {
      const tens = upTo(10).map(() => paidIn(1));
      await db.transaction(async (tx) => {
        const ten = accounts.append(tx, 'lin', { state: empty, version: 0 }, tens);
        accounts.append(tx, 'lin', ten, tens);
      });
      expect(await snapshotOf('lin')).toMatchObject({ version: 20 });
    });

    it('takes one when an append steps over the mark', async () => {
      await append(id, ...upTo(17).map(() => paidIn(1)));
      expect(await snapshotOf(id)).toMatchObject({ version: 42 });
    });
  });

  it('goes on from a stream in the same transaction', async () => {
    const twice = async (tx: Tx) => {
      const first = accounts.append(tx, 'lea', await accounts.load(tx, 'lea'), [paidIn(1)]);
      return accounts.append(tx, 'lea', first, [paidIn(2)]);
    };
    expect(await db.transaction(twice)).toEqual({ state: { balance: 3, entries: 2 }, version: 2 });
  });
});
