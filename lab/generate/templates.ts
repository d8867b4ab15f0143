import type { Client } from 'pg';
import { modules, type Module } from '@thali/tools/audit';
import { momentOf, ownIdsIn } from './holes';

interface Column {
  readonly name: string;
  readonly type: string;
}

interface Table {
  readonly name: string;
  /** Those that are written; what the database numbers or computes is not. */
  readonly columns: readonly Column[];
}

/** Rows of one table that belong to one order, as texts, in the order in which they were written. */
export interface TableRows {
  readonly table: Table;
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Everything that all modules have stored about one order. */
export interface Template {
  /** Without its prefix. */
  readonly id: string;
  readonly customerId: string;
  /** When it was placed, in milliseconds since 1970. */
  readonly placedAt: number;
  readonly rows: Readonly<Record<Module, readonly TableRows[]>>;
}

export type Clients = Readonly<Record<Module, Client>>;

interface Found extends Table {
  readonly module: Module;
  /** By which the rows are put in order, if any. */
  readonly number: string | null;
}

/**
 * Reads all that the modules have stored about the orders. What belongs to an order is what names it, or names something that only
 * this order has: its offers, its references at the provider.
 */
export async function readTemplates(clients: Clients, orderIds: readonly string[]): Promise<Template[]> {
  const tables = (await Promise.all(modules.map((module) => findTables(module, clients[module])))).flat();
  const ids = orderIds.map((orderId) => orderId.slice(orderId.indexOf('_') + 1));
  const direct = await readRows(clients, tables, new Map(ids.map((id) => [id, id])));
  const ownerOf = new Map<string, string>();
  for (const { id, row } of direct) for (const own of ownIdsIn(row.join(' '))) ownerOf.set(own, id);
  const all = await readRows(clients, tables, ownerOf);
  const customers = await clients.order.query<{ id: string; customer: string }>(
    'select order_id as id, customer_id as customer from orders where order_id = any($1)',
    [orderIds],
  );
  const customerOf = new Map(customers.rows.map(({ id, customer }) => [id.slice(id.indexOf('_') + 1), customer]));
  return ids.map((id) =>
    templateOf(
      id,
      customerOf.get(id) ?? '',
      tables,
      all.filter((each) => each.id === id),
    ),
  );
}

function templateOf(id: string, customerId: string, tables: readonly Found[], found: readonly FoundRow[]): Template {
  const rowsOf = (module: Module): TableRows[] =>
    tables
      .filter((table) => table.module === module)
      .map((table) => ({ table, rows: found.filter((each) => each.table === table).map(({ row }) => row) }))
      .filter(({ rows }) => rows.length > 0);
  const rows = Object.fromEntries(modules.map((module) => [module, rowsOf(module)]));
  return { id, customerId, placedAt: momentOf(id), rows: rows as unknown as Template['rows'] };
}

interface FoundRow {
  readonly table: Found;
  /** Of the order. */
  readonly id: string;
  readonly row: readonly (string | null)[];
}

/** Rows with one of the ids in them. @param ownerOf which order an id belongs to. */
async function readRows(
  clients: Clients,
  tables: readonly Found[],
  ownerOf: ReadonlyMap<string, string>,
): Promise<FoundRow[]> {
  const found: FoundRow[] = [];
  for (const table of tables) {
    const columns = table.columns.map(({ name }) => `"${name}"::text`).join(', ');
    const { rows } = await clients[table.module].query<(string | null)[]>({
      text: `select ${columns} from "${table.name}" t where t::text like any($1) order by ${table.number ? `"${table.number}"` : '1'}`,
      values: [[...ownerOf.keys()].map((id) => `%${id}%`)],
      rowMode: 'array',
    });
    for (const row of rows) {
      const owners = new Set(ownIdsIn(row.join(' ')).flatMap((own) => ownerOf.get(own) ?? []));
      if (owners.size > 1)
        throw new Error(`a row of ${table.module}.${table.name} belongs to several orders: ${row.join()}`);
      for (const id of owners) found.push({ table, id, row });
    }
  }
  return found;
}

async function findTables(module: Module, client: Client): Promise<Found[]> {
  const { rows } = await client.query<Omit<Found, 'module'>>(
    `select c.relname as name, (array_agg(a.attname) filter (where numbered))[1] as number,
       json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum)
         filter (where not numbered and a.attgenerated = '') as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
       cross join lateral (select a.attidentity <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid) like 'nextval(%', false) as numbered) n
     where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     group by c.relname order by c.relname`,
    [`"${module}"`],
  );
  return rows.map((table) => ({ ...table, module }));
}
