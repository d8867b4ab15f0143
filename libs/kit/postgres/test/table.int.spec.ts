import type { MigrationInterface, QueryRunner } from 'typeorm';
import { StaleVersion, rows, table, typed, unstorable, type Database, type NewRowOf, type RowOf } from '..';
import { aDatabase } from '../testing';

class CreateParcels1700000000902 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table parcels (
        parcel_id text primary key, status text not null, weight bigint, price float8, fragile boolean not null,
        label json, route jsonb, trace_id uuid, due_at timestamptz, version int not null,
        packed_at timestamptz not null default clock_timestamp(), changed_at timestamptz not null default clock_timestamp(),
        hidden text not null default 'kept'
      );
      create table stops (parcel_id text, place smallint, town text not null, primary key (parcel_id, place));
    `);
  }
  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table parcels, stops');
  }
}

const Parcels = table('parcels', {
  columns: {
    parcelId: { type: 'text', primary: true },
    status: { type: typed<'packed' | 'sent'>('text') },
    weight: { type: 'bigint', nullable: true },
    price: { type: 'float8', nullable: true },
    fragile: { type: 'boolean' },
    label: { type: 'json', nullable: true },
    route: { type: typed<readonly string[]>('jsonb'), nullable: true },
    traceId: { type: 'uuid', nullable: true },
    dueAt: { type: 'timestamptz', nullable: true },
    version: { type: 'int', version: true },
    packedAt: { type: 'timestamptz', createDate: true, select: false },
    changedAt: { type: 'timestamptz', updateDate: true, select: false },
    hidden: { type: 'text', insert: false, update: false, select: false },
  },
});
const Stops = table('stops', {
  columns: {
    parcelId: { type: 'text', primary: true },
    place: { type: 'smallint', primary: true },
    town: { type: 'text' },
  },
});
const stopsOf = Stops.findBy('parcelId');
const setWeight = Parcels.set('weight');

type Parcel = NewRowOf<typeof Parcels>;
const empty: RowOf<typeof Parcels> = {
  parcelId: 'empty', status: 'packed', weight: null, price: null, fragile: false, label: null, route: null, traceId: null, dueAt: null,
  version: 1,
}; // prettier-ignore

describe('a table that is said once', () => {
  let db: Database;
  let close: () => Promise<void>;

  beforeAll(async () => ({ db, close } = await aDatabase('post', [CreateParcels1700000000902])));
  afterAll(() => close());
  beforeEach(() => db.read('truncate parcels, stops'));

  const add = (...parcels: Parcel[]) =>
    Promise.all(parcels.map((parcel) => db.transaction(async (tx) => tx.defer(Parcels.insert, parcel))));
  const found = (parcelId: string) => db.transaction((tx) => tx.one(Parcels.find, { parcelId }));

  it.each<[string, Partial<Parcel>]>([
    ['nothing', {}],
    ['numbers', { weight: 2 ** 53 - 1, price: -0.125, fragile: true }],
    ['text that an array would take for its own', { parcelId: '{a,"b",\\c\\} NULL \'"\n\t ', status: 'sent' }],
    ['text that looks like null', { parcelId: 'NULL' }],
    ['no text at all', { parcelId: '' }],
    ['text of all planes', { parcelId: 'Grüße 𝄞 \u{10FFFF} \u0001 \u2028' }],
    ['JSON', { label: { quote: '"', back: '\\', path: 'C:\\u0000', list: [null, 1, ['{}']], nested: { n: 1 } } }],
    ['JSON that is an array, or text', { route: ['a', 'b,c', '"'], label: 'null' }],
    [
      'an id and a time',
      { traceId: '6f9619ff-8b86-4011-b42d-00cf4fc964ff', dueAt: new Date('2024-02-29T23:59:59.999Z') },
    ],
  ])('gives back what was stored: %s', async (_, parcel) => {
    const stored = { ...empty, ...parcel };
    await add(stored, { ...empty, parcelId: 'another' });
    expect(await found(stored.parcelId)).toEqual(stored);
  });

  it('takes a time as text, and fields that may be null may be left out', async () => {
    await add({ parcelId: 'a', status: 'packed', fragile: false, dueAt: '2024-02-29T23:59:59+01:00' });
    expect(await found('a')).toEqual({ ...empty, parcelId: 'a', dueAt: new Date('2024-02-29T22:59:59Z') });
    expect(await db.read('select hidden, packed_at is not null as packed from parcels')).toEqual([
      { hidden: 'kept', packed: true },
    ]);
  });

  it('stores as many rows as come, in one statement', async () => {
    await db.transaction(async (tx) => {
      for (let place = 0; place < 500; place++) tx.defer(Stops.insert, { parcelId: 'a', place, town: `${place}` });
    });
    expect(await db.transaction((tx) => tx.run(stopsOf, { parcelId: 'a' }))).toHaveLength(500);
    expect(await db.transaction((tx) => tx.run(stopsOf, { parcelId: 'b' }))).toEqual([]);
  });

  it('fails alone with text that cannot be stored, before it harms its neighbours', async () => {
    const bad = [{ parcelId: '\0' }, { parcelId: '\ud800' }, { label: '\0' }, { route: ['\udc00'] }];
    const outcomes = await Promise.allSettled([
      ...bad.map((each) => add({ ...empty, parcelId: 'bad', ...each })),
      ...bad.map(({ parcelId = '\0' }) => found(parcelId)),
      add({ ...empty, parcelId: 'good' }),
    ]);
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    expect(reasons.map(unstorable)).toEqual(Array.from({ length: 8 }, () => true));
    expect(await db.read('select parcel_id from parcels')).toEqual([{ parcel_id: 'good' }]);
  });

  it('updates what is as it was read; otherwise the unit of work runs again, and in the end fails', async () => {
    await add(empty, { ...empty, parcelId: 'b' });
    const send = (parcelId: string, version?: number) =>
      db.transaction(async (tx) => {
        const parcel = (await tx.one(Parcels.find, { parcelId }))!;
        tx.defer(Parcels.update, { ...parcel, status: 'sent', weight: 7, version: version ?? parcel.version });
      });
    const outcomes = await Promise.allSettled([send('empty'), send('empty'), send('b'), send('b', 9)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[3]).toMatchObject({ reason: expect.any(StaleVersion) });
    expect(await found('empty')).toEqual({ ...empty, status: 'sent', weight: 7, version: 3 });
    expect(await db.read('select changed_at > packed_at as changed, hidden from parcels')).toEqual(
      Array.from({ length: 2 }, () => ({ changed: true, hidden: 'kept' })),
    );
  });

  it('inserts each key once; of those in one batch the first, and the others fail without taking along those of other keys', async () => {
    const outcomes = await Promise.allSettled([
      add({ ...empty, weight: 1 }),
      add({ ...empty, weight: 2 }),
      add({ ...empty, parcelId: 'b' }),
      add({ ...empty, weight: 3 }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(await found('empty')).toMatchObject({ weight: 1 });
  });

  it('does what comes last of a batch: where it sets, and where it inserts or replaces', async () => {
    await add(empty);
    await db.transaction(async (tx) => {
      for (const weight of [1, 2]) tx.defer(setWeight, { parcelId: 'empty', weight });
      for (const town of ['Ulm', 'Bonn']) tx.defer(Stops.upsert, { parcelId: 'empty', place: 1, town });
      tx.defer(setWeight, { parcelId: 'nowhere', weight: 1 });
    });
    await db.transaction(async (tx) => {
      for (const town of ['Kiel', 'Jena']) tx.defer(Stops.upsert, { parcelId: 'empty', place: 1, town });
    });
    expect(await found('empty')).toEqual({ ...empty, weight: 2, version: 2 });
    expect(await db.transaction((tx) => tx.run(stopsOf, { parcelId: 'empty' }))).toEqual([
      { parcelId: 'empty', place: 1, town: 'Jena' },
    ]);
  });

  it('is read by a repository of TypeORM, which cannot write', async () => {
    const parcel = { ...empty, weight: 2 ** 40, dueAt: new Date('2024-02-29T00:00:00Z'), route: ['a'] };
    await add(parcel);
    const repository = (await db.openReader([Parcels])).getRepository(Parcels);
    expect(await repository.findOneBy({ parcelId: 'empty', weight: 2 ** 40 })).toEqual(parcel);
    await expect(repository.update({ parcelId: 'empty' }, { weight: 1 })).rejects.toMatchObject({ code: '25006' });
    await expect(repository.save({ ...parcel, parcelId: 'b' })).rejects.toMatchObject({ code: '25006' });
  });

  it('removes a row by its key', async () => {
    await add(empty, { ...empty, parcelId: 'b' });
    await db.transaction(async (tx) => tx.defer(Parcels.delete, { parcelId: 'empty' }));
    expect([await found('empty'), await found('b')]).toEqual([undefined, { ...empty, parcelId: 'b' }]);
  });
});

describe('rows for a statement of its own', () => {
  let db: Database;
  let close: () => Promise<void>;
  beforeAll(async () => ({ db, close } = await aDatabase('post', [CreateParcels1700000000902])));
  afterAll(() => close());

  const echo = rows({ words: 'text[]', count: 'int', note: 'text?' }).query<{ words: string[]; sum: number }>(
    (input) => `select i.n, i.words, i.count + cardinality(i.words) as sum, i.note from ${input}`,
  );
  const ping = rows({}).query<{ pong: true }>((input) => `select i.n, true as pong from ${input}`);
  const addParcel = rows({ ...Parcels.newRow, grams: 'int' }).change(
    (input) => `with i as (select * from ${input}), added as (${Parcels.insertFrom('i')} returning parcel_id)
      update parcels set weight = i.grams from i where false`,
  );

  it('brings arrays, and gives each caller its own rows, without their number', async () => {
    const words = [[], ['a'], ['b,"', '', 'NULL', 'ü\\']];
    const echoes = await db.transaction((tx) =>
      Promise.all(words.map((each) => tx.one(echo, { words: each, count: 1 }))),
    );
    expect(echoes).toEqual(words.map((each) => ({ words: each, sum: each.length + 1, note: null })));
  });

  it('may have no fields', async () => {
    const pings = await db.transaction((tx) => Promise.all([tx.run(ping, {}), tx.run(ping, {})]));
    expect(pings).toEqual([[{ pong: true }], [{ pong: true }]]);
  });

  it('may have those of a table, and more', async () => {
    await db.transaction((tx) => tx.run(addParcel, { parcelId: 'new', status: 'packed', fragile: true, grams: 1 }));
    expect(await db.transaction((tx) => tx.one(Parcels.find, { parcelId: 'new' }))).toMatchObject({ fragile: true });
  });
});
