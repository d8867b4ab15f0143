import { marks, type Recipe, type Values, type Write } from './recipe';

/** A statement for one order at a time; `:high`, `:low` and `:place` stand for the marks, as pgbench has its variables. */
function asStatement({ table, operation, index, columns, types, rows }: Write): string {
  const value = (row: Values, column: string) => literal(row[column]!, types[column]!);
  const first = rows[0]!;
  const which = found(
    index,
    (column) => `"${column}"`,
    (column) => value(first, column),
  );
  if (operation === 'DELETE') return `delete from ${table} where ${which}`;
  if (operation === 'UPDATE')
    return `update ${table} set ${columns.map((column) => `"${column}" = ${value(first, column)}`).join(', ')} where ${which}`;
  const tuples = rows.map((row) => `(${columns.map((column) => value(row, column)).join(', ')})`);
  return `insert into ${table} (${list(columns)}) values ${tuples.join(', ')}`;
}

/** A statement for many orders at once: `$1` is a JSON array of rows. */
export function asBatch({ table, operation, index, columns, rows }: Write): string {
  const input = `json_populate_recordset(null::${table}, $1::json) i`;
  const which = found(
    index,
    (column) => `t."${column}"`,
    (column) => `i."${column}"`,
  );
  const given = (column: string) => (rows[0]?.[column] === 'now' ? 'clock_timestamp()' : `i."${column}"`);
  if (operation === 'DELETE') return `delete from ${table} t using ${input} where ${which}`;
  if (operation === 'UPDATE')
    return `update ${table} t set ${columns.map((column) => `"${column}" = ${given(column)}`).join(', ')} from ${input} where ${which}`;
  return `insert into ${table} (${list(columns)}) select ${columns.map(given).join(', ')} from ${input}`;
}

/** The rows of a batch as JSON, with marks in it. */
export function asRows({ rows }: Write): string[] {
  return rows.map((row) => {
    const cells = Object.entries(row).flatMap(([column, value]) =>
      value === 'now' ? [] : [`${JSON.stringify(column)}:${value.json}`],
    );
    return `{${cells.join(',')}}`;
  });
}

/** Each order that is cooked is one run of this, statement by statement. */
export function asScript(recipe: Recipe): string[] {
  return recipe.flatMap((writes) => ['begin', ...writes.flatMap(oneByOne).map(asStatement), 'commit']);
}

/** Only new rows can share a statement that says in plain SQL which row gets what. */
function oneByOne(write: Write): Write[] {
  return write.operation === 'INSERT' ? [write] : write.rows.map((row) => ({ ...write, rows: [row] }));
}

function literal(value: Values[string], type: string): string {
  if (value === 'now') return 'clock_timestamp()';
  if (value.json === 'null') return 'null';
  const text = type === 'json' || type === 'jsonb' ? value.json : plain(JSON.parse(value.json));
  const parts = text.split(new RegExp(`(${Object.values(marks).join('|')})`));
  const known: Record<string, string> = Object.fromEntries(
    Object.entries(marks).map(([name, mark]) => [mark, `:${name}`]),
  );
  const sql = parts.filter((part) => part !== '').map((part) => known[part] ?? quote(part));
  return `(${sql.join(' || ')})::${type}`;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** To pgbench a colon before a letter is a variable, also between quotes. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''").replace(/:(?=\w)/g, ":'||'")}'`;
}

/** That a row is the one looked for, as its index has it. */
function found(index: Write['index'], stored: (column: string) => string, wanted: (column: string) => string): string {
  const filled = (sql: string, by: (column: string) => string) =>
    sql.replace(/\{(\w+)\}/g, (_, column: string) => by(column));
  return index.map((sql) => `${filled(sql, stored)} = ${filled(sql, wanted)}`).join(' and ');
}

function list(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(', ');
}
