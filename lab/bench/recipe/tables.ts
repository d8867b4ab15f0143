import type { Client } from 'pg';
import { modules } from '@thali/tools/audit';

/** What has to be known of a table to write its rows again. */
export interface Table {
  /** With its schema, quoted as SQL wants it. */
  readonly name: string;
  /** Of every column. */
  readonly types: Readonly<Record<string, string>>;
  /** The columns that whoever writes a row gives: neither computed nor the time of writing. */
  readonly given: readonly string[];
  /** Columns that say which row it is, and are known to whoever has written it. */
  readonly key: readonly string[];
  /** What they are in the index that finds the row: each a column, or SQL of columns, which stand in braces. */
  readonly index: readonly string[];
  /** How many tables stand between it and one that refers to none. */
  readonly depth: number;
}

interface Row {
  name: string;
  columns: { name: string; type: string; computed: boolean; identity: boolean }[];
  /** What is unique, in SQL. The primary key first. */
  uniques: string[][] | null;
  refersTo: string[] | null;
}

/** The tables of the modules' schemas, by their names. */
export async function readTables(admin: Client): Promise<ReadonlyMap<string, Table>> {
  await admin.query(`set search_path = ''`);
  const { rows } = await admin.query<Row>(read);
  const byName = new Map(rows.map((row) => [row.name, row]));
  return new Map(rows.map((row) => [row.name, describe(row, byName)]));
}

function describe({ name, columns, uniques }: Row, all: ReadonlyMap<string, Row>): Table {
  const isGenerated = (column: string) => columns.some((each) => each.name === column && each.identity);
  const named = (uniques ?? []).map((unique) => unique.map((sql) => withBraces(sql, columns)));
  const keys = named.map((index) => ({ index, key: index.flatMap(columnsIn) }));
  const { key, index } = keys.find(({ key }) => !key.some(isGenerated)) ?? keys[0] ?? { key: [], index: [] };
  return {
    name,
    types: Object.fromEntries(columns.map((column) => [column.name, column.type])),
    given: columns.filter(({ computed, identity }) => !computed && !identity).map((column) => column.name),
    key,
    index,
    depth: depthOf(name, all),
  };
}

/** PostgreSQL's SQL of an index, with its columns in braces. */
function withBraces(sql: string, columns: Row['columns']): string {
  return sql.replace(/'[^']*'(?:::\w+)?|"[^"]+"|\w+/g, (word) => {
    const column = columns.find(({ name }) => word === name || word === `"${name}"`);
    return column ? `{${column.name}}` : word;
  });
}

function columnsIn(sql: string): string[] {
  return [...sql.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
}

function depthOf(name: string, all: ReadonlyMap<string, Row>): number {
  const others = (all.get(name)?.refersTo ?? []).filter((other) => other !== name);
  return others.length === 0 ? 0 : 1 + Math.max(...others.map((other) => depthOf(other, all)));
}

/** What an order is written to: the bank's log is outside of it. */
export const schemaNames = modules.filter((module) => module !== 'bank');

/** The same, for SQL. */
export const schemas = `(select oid from pg_namespace where nspname in ('${schemaNames.join("', '")}'))`;

const read = `
  select c.oid::regclass::text as name,
    (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
        'computed', a.attgenerated <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid) like '%clock_timestamp()', false),
        'identity', a.attidentity <> '') order by a.attnum)
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    (select json_agg((select json_agg(pg_get_indexdef(i.indexrelid, n, true) order by n) from generate_series(1, i.indnkeyatts) n)
        order by i.indisprimary desc)
      from pg_index i where i.indrelid = c.oid and i.indisunique and i.indpred is null) as uniques,
    (select json_agg(f.confrelid::regclass::text) from pg_constraint f where f.conrelid = c.oid and f.contype = 'f') as "refersTo"
  from pg_class c
  where c.relnamespace in ${schemas} and c.relkind in ('r', 'p')`;
