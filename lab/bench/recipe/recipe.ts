import type { Client } from 'pg';
import type { Change } from './record';
import { readTables, type Table } from './tables';

/** Columns by name: JSON with marks in it, or `now` for the time of writing. */
export type Values = Readonly<Record<string, { readonly json: string } | 'now'>>;

/** Rows of one table that are written alike, in one statement. */
export interface Write {
  readonly table: string;
  readonly operation: Change['operation'];
  readonly types: Readonly<Record<string, string>>;
  /** What says which row it is; the same columns in all rows. Empty for new rows. */
  readonly keys: readonly string[];
  /** How it is found: see {@link Table.index}. Empty for new rows. */
  readonly index: readonly string[];
  /** What is written; the same columns in all rows. Empty for rows that are deleted. */
  readonly columns: readonly string[];
  readonly rows: readonly Values[];
}

/** All that one order writes, transaction by transaction. To cook it again, the marks are replaced: see {@link marks}. */
export type Recipe = readonly (readonly Write[])[];

/**
 * What differs from order to order: its number, in two parts of digits so that ids look and sort as real ones do, and the place it is
 * ordered from, so that orders under way at once do not wait for each other's stock, courier or accounts.
 */
export const marks = { high: '{high}', low: '{low}', place: '{place}' } as const;

/** The order's number as the marks want it. @param number from 0 up to 810,000,000. */
export function numberParts(number: number): { high: string; low: string } {
  const size = 900_000;
  return { high: String(100 + Math.floor(number / size)), low: String(100_000 + (number % size)) };
}

/** Accounts that all orders share. The recipe has one of each per place, more than Thali has. */
export const sharedAccounts = ['provider', 'fees'];

/**
 * Makes a recipe of what one order was seen to write.
 *
 * There is no outbox in it: a message is written into its reader's inbox by the transaction that says it, which is the least that any
 * transactional messaging has to write. All else is what Thali writes, in the transactions in which an order that is alone writes it.
 */
export async function makeRecipe(admin: Client, changes: readonly Change[]): Promise<Recipe> {
  const tables = await readTables(admin);
  const transactions = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.table.endsWith('.outbox')) continue;
    const transaction = saidBy(change, changes);
    transactions.set(transaction, [...(transactions.get(transaction) ?? []), change]);
  }
  const mark = markIds(changes);
  return [...transactions.values()].map((rows) => writesOf(rows, tables, mark));
}

/** A message in an inbox belongs to the transaction that said it; everything else to the one that wrote it. */
function saidBy(change: Change, changes: readonly Change[]): string {
  if (change.operation !== 'INSERT' || !change.table.endsWith('.inbox')) return change.transaction;
  const said = changes.find(
    ({ table, after }) => table.endsWith('.messages') && after?.message_id === change.after?.message_id,
  );
  return said?.transaction ?? change.transaction;
}

function writesOf(
  changes: readonly Change[],
  tables: ReadonlyMap<string, Table>,
  mark: (json: string) => string,
): Write[] {
  const writes = new Map<string, { -readonly [Field in keyof Write]: Write[Field] }>();
  const ordered = [...changes].sort((one, other) => depth(tables, one) - depth(tables, other));
  for (const change of ordered) {
    const table = tables.get(change.table)!;
    const { keys, index, columns } = shapeOf(change, table);
    const values = Object.fromEntries(
      [...keys, ...columns].map((column) => {
        const value = (change.operation === 'DELETE' ? change.before : change.after)?.[column];
        const isNow = !keys.includes(column) && table.types[column] === 'timestamp with time zone' && value !== null;
        const json = JSON.stringify(
          table.name.endsWith('.postings') && column === 'account' ? ownAccount(value) : value,
        );
        return [column, isNow ? 'now' : { json: mark(json) }] as const;
      }),
    );
    const shape = [change.operation, table.name, ...keys, 'to', ...columns].join(' ');
    const same = writes.get(shape);
    if (same) same.rows = [...same.rows, values];
    else
      writes.set(shape, {
        table: table.name,
        operation: change.operation,
        types: table.types,
        keys,
        index,
        columns,
        rows: [values],
      });
  }
  return [...writes.values()];
}

function ownAccount(account: unknown): unknown {
  return sharedAccounts.includes(account as string) ? `${account as string} ${marks.place}` : account;
}

/** Rows come after those that they refer to. */
function depth(tables: ReadonlyMap<string, Table>, { table }: Change): number {
  return tables.get(table)?.depth ?? 0;
}

function shapeOf({ operation, before, after }: Change, table: Table): Pick<Write, 'keys' | 'index' | 'columns'> {
  if (operation === 'INSERT') return { keys: [], index: [], columns: table.given };
  const { key: keys, index } = table;
  if (operation === 'DELETE') return { keys, index, columns: [] };
  const changed = table.given.filter(
    (column) => !keys.includes(column) && JSON.stringify(before?.[column]) !== JSON.stringify(after?.[column]),
  );
  return { keys, index, columns: changed.length > 0 ? changed : table.given.slice(-1) };
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;
const ofTypeId = /(?<=[a-z]_)[0-7][0-9a-hjkmnp-tv-z]{25}(?![0-9a-z])/;
const ofPlace = /(?<=(?:rst|cou)_0{10}\d{12})\d{4}(?![0-9a-z])/;

/** Replaces every id that came with the order by one with marks, of the same form and age: they differ in their last digits. */
function markIds(changes: readonly Change[]): (json: string) => string {
  const all = JSON.stringify(changes);
  const ids = new Set(all.match(new RegExp(`${uuid.source}|${ofTypeId.source}`, 'g')));
  const marked = new Map([...ids].filter((id) => !id.startsWith('0000000000')).map((id, n) => [id, withMarks(id, n)]));
  const known = new RegExp([ofPlace.source, ...marked.keys()].join('|'), 'g');
  return (json) => json.replace(known, (found) => marked.get(found) ?? marks.place);
}

function withMarks(id: string, n: number): string {
  const { high, low } = marks;
  const kind = String(n).padStart(7, '0');
  return id.includes('-')
    ? `${id.slice(0, 13)}-7100-8${high}-${low}${kind.slice(1)}`
    : `${id.slice(0, 10)}${high}${low}${kind}`;
}
