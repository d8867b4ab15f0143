import type { Client } from 'pg';

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
  /** How many tables stand between it and one that refers to none. */
  readonly depth: number;
}

interface Row {
  name: string;
  columns: { name: string; type: string; computed: boolean; identity: boolean }[];
  /** The primary key first. */
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
  const key = (uniques ?? []).find((unique) => !unique.some(isGenerated)) ?? uniques?.[0] ?? [];
  return {
    name,
    types: Object.fromEntries(columns.map((column) => [column.name, column.type])),
    given: columns.filter(({ computed, identity }) => !computed && !identity).map((column) => column.name),
    key,
    depth: depthOf(name, all),
  };
}

function depthOf(name: string, all: ReadonlyMap<string, Row>): number {
  const others = (all.get(name)?.refersTo ?? []).filter((other) => other !== name);
  return others.length === 0 ? 0 : 1 + Math.max(...others.map((other) => depthOf(other, all)));
}

const read = `
  select c.oid::regclass::text as name,
    (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
        'computed', a.attgenerated <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid) like '%clock_timestamp()', false),
        'identity', a.attidentity <> '') order by a.attnum)
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    (select json_agg((select json_agg(a.attname) from pg_attribute a where a.attrelid = c.oid and a.attnum = any(i.indkey))
        order by i.indisprimary desc)
      from pg_index i where i.indrelid = c.oid and i.indisunique and i.indpred is null) as uniques,
    (select json_agg(f.confrelid::regclass::text) from pg_constraint f where f.conrelid = c.oid and f.contype = 'f') as "refersTo"
  from pg_class c
  where c.relnamespace::regnamespace::text in ('"order"', 'payment', 'restaurant', 'delivery') and c.relkind in ('r', 'p')`;
