import { EntitySchema, type EntitySchemaColumnOptions, type EntitySchemaOptions } from 'typeorm';
import { Rows as Batch } from './rows';
import type { Statement } from './statement';
import * as sql from './table.sql';
import { arraysOf, type Optional, type SqlType, type Typed, type ValueOf } from './typed-arrays';

/** A column, in TypeORM's words. */
export type Column = Omit<EntitySchemaColumnOptions, 'type' | 'array'> & { readonly type: SqlType };
/** The columns of a table by the names of their fields. */
export type Columns = Readonly<Record<string, Column>>;

type Value<C extends Column> = C extends { readonly nullable: true } ? ValueOf<C['type']> | null : ValueOf<C['type']>;
/** What a column gives when it is read: a time is a `Date`. */
type Read<C extends Column> = C['type'] extends 'timestamptz' ? Exclude<Value<C>, string> : Value<C>;
type Names<C extends Columns, Kind> = { [Name in keyof C]: C[Name] extends Kind ? Name : never }[keyof C];
type Key<C extends Columns> = Names<C, { readonly primary: true }>;
/** What PostgreSQL or TypeORM's conventions fill in. */
type Made<C extends Columns> = Names<
  C,
  | { readonly version: true }
  | { readonly createDate: true }
  | { readonly updateDate: true }
  | { readonly generatedType: 'STORED' }
>;
type Rows<C extends Columns, Name extends keyof C> = Optional<{ [Each in Name]: Value<C[Each]> }>;

type Found<C extends Columns> = { [Name in Exclude<keyof C, Names<C, { readonly select: false }>>]: Read<C[Name]> };
type Inserted<C extends Columns> = Exclude<keyof C, Made<C> | Names<C, { readonly insert: false }>>;
type New<C extends Columns> = Rows<C, Inserted<C>>;
type Changed<C extends Columns> = Rows<
  C,
  Exclude<keyof C, Made<C> | Names<C, { readonly update: false }>> | Key<C> | Names<C, { readonly version: true }>
>;

/** A row of the table as it is read. */
export type RowOf<T> = T extends Table<infer C> ? Found<C> : never;
/** A row of the table as `insert` and `upsert` take it. */
export type NewRowOf<T> = T extends Table<infer C> ? New<C> : never;
/** A row of the table as `update` takes it: its `version` as it was read. */
export type ChangedRowOf<T> = T extends Table<infer C> ? Changed<C> : never;

interface Options<C extends Columns> extends Omit<EntitySchemaOptions<unknown>, 'columns' | 'name' | 'tableName'> {
  readonly columns: C;
}

/**
 * Says once what a table's columns are. It is TypeORM's `EntitySchema` (so migrations are compared with it, and repositories read it), and
 * has the statements that units of work need, whose rows travel in batches.
 *
 * Fields are in camel case, columns in snake case. `version`, `createDate`, `updateDate`, `nullable`, `primary`, and `insert`, `update` or
 * `select` that are false mean what they mean to TypeORM; only defaults of the database fill what `insert` leaves out.
 *
 * @example
 * export const Books = table('books', {
 *   columns: {
 *     bookId: { type: 'text', primary: true },
 *     title: { type: 'text' },
 *     status: { type: typed<'lent' | 'in'>('text') },
 *     version: { type: 'int', version: true },
 *   },
 * });
 *
 * const book = await tx.one(Books.find, { bookId });
 * tx.defer(Books.update, { ...book, status: 'lent' });
 */
export function table<const C extends Columns>(name: string, options: Options<C>): Table<C> {
  return new Table(name, options);
}

/** Checks of a table, by the names that PostgreSQL has given them. What they check stands in the migration; TypeORM compares names only. */
export function checks(...names: string[]): { name: string; expression: string }[] {
  return names.map((name) => ({ name, expression: 'in the migration' }));
}

/** @see table */
export class Table<C extends Columns> extends EntitySchema<Found<C>> {
  /** Reads the row of a primary key. */
  readonly find: Statement<Rows<C, Key<C>>, Found<C>>;
  /** Adds a row, whose version is 1. If there is one of its key, the unit of work runs again, and fails when that does not help. */
  readonly insert: Statement<New<C>>;
  /**
   * Stores a row that is there. In a table with a `version` it has to be as it was read, and its version grows by one; when another
   * transaction was faster, or there is no such row, the unit of work runs again, and fails when that does not help.
   */
  readonly update: Statement<Changed<C>>;
  /** Adds a row, or replaces the one of its key; of several in one batch the last counts. */
  readonly upsert: Statement<New<C>>;
  /** Removes the row of a primary key, if there is one. */
  readonly delete: Statement<Rows<C, Key<C>>>;
  private readonly description: sql.Description;

  constructor(name: string, { columns, ...options }: Options<C>) {
    const named = Object.entries<Column>(columns).map(
      ([field, column]) => [field, inSnakeCase(field, column)] as const,
    );
    const entity = { ...options, name, tableName: name, columns: Object.fromEntries(named) };
    super(entity as unknown as EntitySchemaOptions<Found<C>>);
    const table = sql.describe(name, named, options.schema);
    this.description = table;
    const { keys, version } = table;
    this.find = batch<Rows<C, Key<C>>>(keys).query(sql.find(table, keys));
    this.insert = batch<New<C>>(sql.insertedBy(table)).save(sql.insertNew(table), (input) =>
      sql.inserted(table, input),
    );
    this.update = batch<Changed<C>>([...keys, ...sql.updatedBy(table), ...(version ? [version] : [])]).save(
      sql.update(table),
    );
    this.upsert = batch<New<C>>(sql.insertedBy(table)).change(sql.upsert(table));
    this.delete = batch<Rows<C, Key<C>>>(keys).change(sql.remove(table));
  }

  /** A statement that reads all rows with these values. Make it once, and keep it: calls of one statement travel together. */
  findBy<Name extends keyof C & string>(...names: Name[]): Statement<Rows<C, Name>, Found<C>> {
    const by = sql.pick(this.description, names);
    return batch<Rows<C, Name>>(by).query(sql.find(this.description, by));
  }

  /** A statement that sets these columns in the row of a primary key, if there is one; of several in one batch the last counts. */
  set<Name extends Exclude<keyof C, Key<C>> & string>(...names: Name[]): Statement<Rows<C, Key<C> | Name>> {
    const fields = sql.pick(this.description, names);
    return batch<Rows<C, Key<C> | Name>>([...this.description.keys, ...fields]).change(
      sql.set(this.description, fields),
    );
  }

  /** Columns for a SELECT, each by the name of its field; without names, all that `find` reads. @param alias of the table. */
  columns(alias: string, ...names: (keyof C & string)[]): string {
    return sql.selected(names.length > 0 ? sql.pick(this.description, names) : sql.readBy(this.description), alias);
  }

  /** The fields of a new row with their types, for `rows`: `rows({ ...Books.newRow, shelf: 'int' })`. */
  get newRow(): NewSpec<C> {
    return sql.specOf(sql.insertedBy(this.description)) as NewSpec<C>;
  }

  /**
   * An INSERT of new rows, to be continued by `on conflict …` or `returning …`.
   *
   * @param source has the rows, by the name of `i`, with their `n`.
   * @param also fields that the rows have, although new rows leave them to the database.
   */
  insertFrom(source: string, ...also: (keyof C & string)[]): string {
    return sql.insert(this.description, source, sql.pick(this.description, also));
  }

  /** As {@link insertFrom}, in place of rows that are there, by the name of `t`; to be continued by `where …` or `returning …`. */
  upsertFrom(source: string): string {
    return sql.upsert(this.description)(source);
  }

  /** New rows as a FROM reads them out of one JSON array. @param json an expression of type json. */
  recordset(json: string, alias: string): string {
    return `json_to_recordset(${json}) as ${alias}(${sql.declared(sql.insertedBy(this.description))})`;
  }
}

type NewSpec<C extends Columns> = { [Name in Inserted<C>]: Typed<Value<C[Name]>> };

const batch = <Row extends object>(fields: readonly sql.Field[]) => new Batch<Row>(arraysOf(sql.specOf(fields)));

function inSnakeCase(field: string, column: Column): Column {
  const name = column.name ?? field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  // TypeORM recognises a generated column by its expression, which stands in the migration and which TypeORM cannot read from there.
  return { ...column, name, ...(column.generatedType && { asExpression: ' ' }) };
}
