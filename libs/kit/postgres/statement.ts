import { createHash } from 'node:crypto';

/**
 * One SQL statement that serves many callers at once.
 *
 * Callers each give one row and get the result rows that belong to theirs; all calls that wait at the same moment travel
 * in one round trip. The SQL reads its input from `$1`, a JSON array of rows, each with its number `n`, and every result
 * row must carry the `n` it answers:
 *
 * @example
 * const takePortions = change<{ itemId: string; quantity: number }, { left: number }>(`
 *   update items set reserved = reserved + i.quantity
 *   from json_to_recordset($1) as i(n int, "itemId" text, quantity int)
 *   where items.item_id = i."itemId" and items.reserved + i.quantity <= items.on_hand
 *   returning i.n, items.on_hand - items.reserved as left`);
 *
 * The idea is DataLoader's (https://github.com/graphql/dataloader), for writes too.
 * One trap: an UPDATE touches each row once per statement, so two input rows that meet in one table row must be summed first.
 */
export interface Statement<Row extends object, Result extends object = object> extends SqlText {
  /** Whether it can change data; a unit of work that has changed nothing can fail without harming its neighbours. */
  readonly changes: boolean;
  /** Its place among what is written just before the commit. */
  readonly place: number;
  /** Only for the types. */
  readonly shape?: (row: Row) => Result;
}

/** How a statement is said. */
export interface SqlText {
  readonly sql: string;
  /** Name of the prepared statement. */
  readonly name: string;
}

/** A statement that only reads. */
export function query<Row extends object, Result extends object>(sql: string): Statement<Row, Result> {
  return { ...named(sql), changes: false, place: 2 };
}

/** A statement that changes data. */
export function change<Row extends object, Result extends object = object>(sql: string): Statement<Row, Result> {
  return { ...named(sql), changes: true, place: 2 };
}

/** A change that locks what all transactions are to lock before anything else, or after: in one order nobody waits in a circle. */
export function lock<Row extends object = object, Result extends object = object>(
  when: 'first' | 'last',
  sql: string,
): Statement<Row, Result> {
  return { ...named(sql), changes: true, place: when === 'first' ? 0 : 3 };
}

/**
 * A statement that stores something as it was read, or makes something that was not there. It fails, and with it the transaction, unless
 * it does so for every row: then units of work whose rows were changed by somebody else meanwhile run again. So nobody has to wait for its
 * result: collect it, and it travels with the commit.
 *
 * @param sql changes a table from `json_to_recordset($1) as i(n int, …)`, and returns the `n` of every row that it has stored; or, where
 *   an INSERT cannot tell, `null::int as n`.
 */
export function save<Row extends object>(sql: string): Statement<Row> {
  // SQL cannot raise an error but by doing something that fails.
  const checked = `
    with saved as (${sql})
    select ('${staleRows}' || string_agg(i.n::text, ','))::int from json_to_recordset($1) as i(n int)
    where (select count(*) from saved) < json_array_length($1) and i.n not in (select n from saved where n is not null)`;
  return { ...named(checked), changes: true, place: 1 };
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

/** The numbers of the rows that a {@link save} could not store; undefined when that is not why it failed. */
export function staleRowsOf(error: unknown): number[] | undefined {
  const [, found] = (error instanceof Error && new RegExp(`${staleRows}([\\d,]+)`).exec(error.message)) || [];
  return found?.split(',').map(Number);
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
