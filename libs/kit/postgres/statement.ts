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
export interface Statement<Row extends object, Result extends object = object> extends Wording {
  /** Whether it can change data; a unit of work that has changed nothing can be refused without harming its neighbours. */
  readonly changes: boolean;
  /** Only for the types. */
  readonly shape?: (row: Row) => Result;
}

/** How a statement is said. */
export interface Wording {
  readonly sql: string;
  /** Name of the prepared statement. */
  readonly name: string;
}

/** A statement that only reads. */
export function query<Row extends object, Result extends object>(sql: string): Statement<Row, Result> {
  return { ...named(sql), changes: false };
}

/** A statement that changes data. */
export function change<Row extends object, Result extends object = object>(sql: string): Statement<Row, Result> {
  return { ...named(sql), changes: true };
}

/** A statement with the name under which it is prepared. */
export function named(sql: string): Wording {
  return { sql, name: nameOf(sql) };
}

const names = new Map<string, string>();

/** The name under which a statement is prepared: the same text, the same name. */
export function nameOf(sql: string): string {
  let name = names.get(sql);
  if (!name) names.set(sql, (name = createHash('sha1').update(sql).digest('base64url')));
  return name;
}
