import { createHash } from 'node:crypto';
import { asJson, type Input } from './typed-arrays';

/**
 * One SQL statement that serves many callers at once.
 *
 * Each caller gives one row and receives the result rows that belong to it; all calls that wait at the same moment travel in one round
 * trip. Result rows carry the number `n` of the row that they answer, which the caller does not see. {@link rows} and the `Table`s make
 * statements.
 *
 * The idea is DataLoader's (https://github.com/graphql/dataloader), for writes too.
 * One trap: an UPDATE touches each row once per statement, so two input rows that meet in one table row must be summed first.
 */
export interface Statement<Row extends object, Result extends object = object> extends SqlText {
  /** How its rows travel. */
  readonly input: Input;
  /** Whether it can change data; a unit of work that has changed nothing can fail without harming its neighbours. */
  readonly changes: boolean;
  /** Its place among what is written just before the commit. */
  readonly place: number;
  /** Only for the types. */
  readonly shape?: (row: Row) => Result;
}

/** The text of a statement. */
export interface SqlText {
  readonly sql: string;
  /** Name of the prepared statement. */
  readonly name: string;
}

/** Places of deferred writes: locks that come first, rows stored as they were read, other changes, locks that come last. */
export const places = { lockFirst: 0, save: 1, change: 2, lockLast: 3 } as const;

/** A statement that only reads, whose SQL names its input itself; {@link rows} names it once. */
export function query<Row extends object, Result extends object>(sql: string): Statement<Row, Result> {
  return { ...named(sql), input: asJson, changes: false, place: places.change };
}

/** A statement that changes data, whose SQL names its input itself; {@link rows} names it once. */
export function change<Row extends object, Result extends object = object>(sql: string): Statement<Row, Result> {
  return { ...named(sql), input: asJson, changes: true, place: places.change };
}

/** As `lock` of {@link rows}, whose SQL names its input itself. */
export function lock<Row extends object = object, Result extends object = object>(
  when: 'first' | 'last',
  sql: string,
): Statement<Row, Result> {
  return { ...named(sql), input: asJson, changes: true, place: when === 'first' ? places.lockFirst : places.lockLast };
}

/** As `save` of {@link rows}, whose SQL names its input itself. */
export function save<Row extends object>(sql: string): Statement<Row> {
  return { ...named(savedOrStale(asJson, sql)), input: asJson, changes: true, place: places.save };
}

/**
 * SQL that fails unless `sql` has stored all rows of its input, and then names those that it has not.
 *
 * @param sql returns a row for each that it has stored.
 * @param stored a SELECT: the numbers of the rows that were stored, from `saved`, which is what `sql` returns.
 */
export function savedOrStale(
  { count }: Input,
  sql: string,
  stored = 'select n from saved where n is not null',
): string {
  // SQL cannot raise an error but by doing something that fails.
  return `
    with saved as (${sql})
    select ('${staleRows}' || string_agg(i.n::text, ','))::int from generate_series(1, ${count}) as i(n)
    where (select count(*) from saved) < ${count} and i.n not in (${stored})`;
}

/**
 * SQL: that there is no such row, which is looked up in an index each time it is asked. For tables that are mostly empty and sometimes full:
 * a statement is planned on the one day and has to do on the other, and for `not exists` PostgreSQL may decide to read a table through that
 * was small. For the same reason, where rows of such a table are joined to what is asked for, they are
 * also named by `= any (array(select …))`.
 *
 * @param from the rest of a `select`: which row of which table.
 */
export const none = (from: string): string => `(select true from ${from} limit 1) is null`;

const staleRows = 'stale rows: ';

/** Indices of the rows that a `save` could not store; undefined when that is not why it failed. */
export function staleRowsOf(error: unknown): number[] | undefined {
  const [, found] = (error instanceof Error && new RegExp(`${staleRows}([\\d,]+)`).exec(error.message)) || [];
  return found?.split(',').map((n) => Number(n) - 1);
}

/** A statement with the name under which it is prepared. */
export function named(sql: string): SqlText {
  return { sql, name: nameOf(sql) };
}

const names = new Map<string, string>();

/** The name under which a statement is prepared: the same text, the same name. */
export function nameOf(sql: string): string {
  let name = names.get(sql);
  if (!name) names.set(sql, (name = createHash('sha1').update(sql).digest('base64url')));
  return name;
}
