import { escapeIdentifier } from 'pg';
import type { Column } from './table';
import type { Input, RowSpec, SqlType } from './typed-arrays';

/** A column with its field. */
export interface Field {
  readonly field: string;
  /** Quoted. */
  readonly column: string;
  /** Of the input row `i`. */
  readonly value: string;
  readonly options: Column;
}

/** What statements have to know of a table. */
export interface Description {
  readonly table: string;
  readonly fields: readonly Field[];
  readonly keys: readonly Field[];
  readonly version: Field | undefined;
}

/** @throws when the table has no primary key. */
export function describe(
  table: string,
  columns: readonly (readonly [field: string, column: Column])[],
  schema?: string,
): Description {
  const fields = columns.map(([field, options]) => ({
    field,
    column: escapeIdentifier(options.name ?? field),
    value: `i.${escapeIdentifier(field)}`,
    options,
  }));
  const keys = fields.filter(({ options }) => options.primary);
  if (keys.length === 0) throw new Error(`the table ${table} has no primary key`);
  const qualified = [schema ?? [], table].flat().map(escapeIdentifier).join('.');
  return { table: qualified, fields, keys, version: fields.find(({ options }) => options.version) };
}

const isMade = ({ options: { version, createDate, updateDate, generatedType } }: Field) =>
  Boolean(version || createDate || updateDate || generatedType);

/** The fields that `find` reads. */
export const readBy = ({ fields }: Description) => fields.filter(({ options }) => options.select !== false);
/** The fields of a new row. */
export const insertedBy = ({ fields }: Description) =>
  fields.filter((field) => !isMade(field) && field.options.insert !== false);
/** The fields that `update` sets. */
export const updatedBy = ({ fields }: Description) =>
  fields.filter((field) => !isMade(field) && !field.options.primary && field.options.update !== false);

/** The named fields. @throws when the table has none of a name. */
export function pick({ table, fields }: Description, names: readonly string[]): readonly Field[] {
  return names.map((name) => {
    const found = fields.find(({ field }) => field === name);
    if (!found) throw new Error(`the table ${table} has no field ${name}`);
    return found;
  });
}

/** The types of the fields; an array's has brackets. */
export const specOf = (fields: readonly Field[]): RowSpec =>
  Object.fromEntries(fields.map(({ field, options }) => [field, options.type satisfies SqlType]));

/** For a FROM: the fields with their types. */
export const declared = (fields: readonly Field[]) =>
  fields.map(({ field, options }) => `${escapeIdentifier(field)} ${options.type}`).join(', ');

const listed = (fields: readonly Field[]) => fields.map(({ column }) => column).join(', ');
const values = (fields: readonly Field[]) => fields.map(({ value }) => value).join(', ');
const matching = (fields: readonly Field[]) =>
  fields.map(({ column, value }) => `t.${column} = ${value}`).join(' and ');

/** Columns for a SELECT, each by the name of its field. */
export const selected = (fields: readonly Field[], alias: string) =>
  fields.map(({ field, column }) => `${alias}.${column} as ${escapeIdentifier(field)}`).join(', ');

export const find = (table: Description, by: readonly Field[]) => (input: string) => `
  select i.n, ${selected(readBy(table), 't')} from ${input} join ${table.table} t on ${matching(by)}`;

/** The columns and the values of a new row. */
const newRow = (table: Description, also: readonly Field[] = []) => {
  const fields = [...insertedBy(table), ...also];
  const first = table.version ? [`, ${table.version.column}`, ', 1'] : ['', ''];
  return `(${listed(fields)}${first[0]}) select ${values(fields)}${first[1]}`;
};

export const insert = (table: Description, input: string, also: readonly Field[] = []) =>
  `insert into ${table.table} ${newRow(table, also)} from ${input} order by i.n`;

/** Returns the keys of what it has inserted. */
export const insertNew = (table: Description) => (input: string) =>
  `${insert(table, input)} on conflict do nothing returning ${listed(table.keys)}`;

/** The rows that {@link insertNew} has inserted: of those of one key, the first. */
export const inserted = ({ keys }: Description, input: Input) =>
  `select min(i.n) from ${input.sourceOf(keys.map(({ field }) => field))} join saved t on ${matching(keys)} group by ${values(keys)}`;

/** Versions are the table's own to count, and times the database's to tell. */
const madeAnew = ({ fields, version }: Description, row: string) => [
  ...(version ? [`${version.column} = ${row}.${version.column} + 1`] : []),
  ...fields.filter(({ options }) => options.updateDate).map(({ column }) => `${column} = default`),
];

/** Returns the numbers of the rows that it has updated. */
export const update = (table: Description) => (input: string) => {
  const set = updatedBy(table).map(({ column, value }) => `${column} = ${value}`);
  const seen = table.version ? [table.version] : [];
  return `
    update ${table.table} t set ${[...set, ...madeAnew(table, 't')].join(', ')} from ${input}
    where ${matching([...table.keys, ...seen])} returning i.n`;
};

/** The last row of each key. */
const lastOfEach = ({ keys }: Description, input: string) =>
  `(select distinct on (${values(keys)}) i.* from ${input} order by ${values(keys)}, i.n desc) i`;

export const set = (table: Description, fields: readonly Field[]) => (input: string) => {
  const changes = fields.map(({ column, value }) => `${column} = ${value}`);
  return `
    update ${table.table} t set ${[...changes, ...madeAnew(table, 't')].join(', ')} from ${lastOfEach(table, input)}
    where ${matching(table.keys)}`;
};

export const upsert = (table: Description) => (input: string) => {
  const { keys } = table;
  const fields = insertedBy(table);
  const changes = updatedBy(table)
    .filter((field) => fields.includes(field))
    .map(({ column }) => `${column} = excluded.${column}`);
  return `
    insert into ${table.table} as t ${newRow(table)} from ${lastOfEach(table, input)}
    order by ${values(keys)}
    on conflict (${listed(keys)}) do update set ${[...changes, ...madeAnew(table, 't')].join(', ')}`;
};

export const remove =
  ({ table, keys }: Description) =>
  (input: string) =>
    `delete from ${table} t using ${input} where ${matching(keys)}`;
