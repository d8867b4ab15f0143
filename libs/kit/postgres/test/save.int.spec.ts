import { StaleVersion, rows, type Database, type Tx } from '..';
import { aDatabase } from '../testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateBooks1700000000901 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table books (title text primary key, page int not null check (page >= 0), by_tx text);
      create table notes (position serial, note text);
    `);
  }
  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table books, notes');
  }
}

const titles = rows({ title: 'text' });

const open = titles.query<{ page: number }>((input) => `select i.n, b.page from ${input} join books b using (title)`);
const turn = rows({ title: 'text', page: 'int', seen: 'int' }).save(
  (input) => `
  update books b set page = i.page, by_tx = pg_current_xact_id()::text from ${input}
  where b.title = i.title and b.page = i.seen returning i.n`,
);
const buy = titles.save(
  (input) => `
  insert into books (title, page, by_tx) select title, 0, pg_current_xact_id()::text from ${input}
  on conflict do nothing returning null::int as n`,
);
const tear = titles.change((input) => `update books b set page = -1 from ${input} where b.title = i.title`);

const notes = rows({ note: 'text' });
const noting = (input: string) => `insert into notes (note) select note from ${input} order by n`;
const changes = notes.change(noting);
const saves = notes.save((input) => `${noting(input)} returning null::int as n`);
const locksFirst = notes.lock('first', (input) => `${noting(input)} returning 1`);
const locksLast = notes.lock('last', (input) => `${noting(input)} returning 2`);

describe('what is saved as it was read', () => {
  let db: Database;
  let close: () => Promise<void>;

  beforeAll(async () => ({ db, close } = await aDatabase('library', [CreateBooks1700000000901])));
  afterAll(() => close());
  beforeEach(async () => {
    await db.read('truncate books, notes restart identity');
    await db.transaction(async (tx) => ['a', 'b', 'c'].forEach((title) => tx.defer(buy, { title })));
  });

  const books = () => db.read<{ title: string; page: number }>('select title, page from books order by title');
  /** Turns one page; `meanwhile` happens once, between reading and saving. */
  const readOn = (title: string, runs: string[], meanwhile: (tx: Tx) => Promise<unknown> = async () => {}) =>
    db.transaction(async (tx) => {
      const { page } = (await tx.one(open, { title }))!;
      const isFirst = !runs.includes(title);
      runs.push(title);
      if (isFirst) await meanwhile(tx);
      tx.defer(turn, { title, page: page + 1, seen: page });
    });

  it('is stored when it is as it was', async () => {
    await Promise.all(['a', 'b', 'c'].map((title) => readOn(title, [])));
    expect(await books()).toEqual(['a', 'b', 'c'].map((title) => ({ title, page: 1 })));
  });

  it('is worked out again on what is there now when somebody else was faster; the others go on together', async () => {
    const runs: string[] = [];
    const faster = () => db.read(`update books set page = 10 where title = 'b'`);
    await Promise.all([readOn('a', runs), readOn('b', runs, faster), readOn('c', runs)]);
    expect(await books()).toEqual([
      { title: 'a', page: 1 },
      { title: 'b', page: 11 },
      { title: 'c', page: 1 },
    ]);
    expect(runs.sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
    const transactions = await db.read<{ titles: string[] }>(
      'select array_agg(title order by title) as titles from books group by by_tx order by titles',
    );
    expect(transactions.map(({ titles }) => titles)).toEqual([['a', 'c'], ['b']]);
  });

  it('fails when it never is as it was read', async () => {
    const hopeless = db.transaction(async (tx) => tx.defer(turn, { title: 'a', page: 5, seen: 99 }));
    await expect(hopeless).rejects.toThrow(StaleVersion);
    expect((await books())[0]).toEqual({ title: 'a', page: 0 });
  });

  it('fails when it is there already, and takes nobody along', async () => {
    const [again, another] = await Promise.allSettled(
      ['a', 'd'].map((title) => db.transaction(async (tx) => tx.defer(buy, { title }))),
    );
    expect([again!.status, another!.status]).toEqual(['rejected', 'fulfilled']);
    expect((await books()).map(({ title }) => title)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is not lost with a statement that was not run because another had failed before: the innocent go on together', async () => {
    const vandal = db.transaction((tx) => tx.run(tear, { title: 'a' }));
    const innocent = ['one', 'two'].map((note) => db.transaction((tx) => tx.run(changes, { note })));
    const outcomes = await Promise.allSettled([vandal, ...innocent]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    const together = await db.read('select array_agg(note order by note) as notes from notes group by xmin::text');
    expect(together).toEqual([{ notes: ['one', 'two'] }]);
  });

  it('travels after what locks first, and before what changes and what locks last', async () => {
    await db.transaction(async (tx) => {
      tx.defer(locksLast, { note: 'locks last' });
      tx.defer(changes, { note: 'changes' });
      tx.defer(saves, { note: 'saves' });
      tx.defer(locksFirst, { note: 'locks first' });
    });
    const notes = await db.read<{ note: string }>('select note from notes order by position');
    expect(notes.map(({ note }) => note)).toEqual(['locks first', 'saves', 'changes', 'locks last']);
  });
});
