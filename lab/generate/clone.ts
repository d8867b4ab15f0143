import type { Client } from 'pg';
import type { Module } from '@thali/tools/audit';
import { Holes, lettersOf, quote } from './holes';
import type { TableRows, Template } from './templates';

/** How a life is spread over time. */
export interface Plan {
  /** How many orders in all. */
  readonly orders: number;
  /** Over how many customers. */
  readonly customers: number;
  /** When the first and the last of them was placed, in milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
  /** Tables that forget: what was placed before this moment is not in them any more. */
  readonly forgets: Readonly<Record<string, number>>;
}

/** Makes clones of one order in one module: they differ from it, and from each other, by their ids, times and customers. */
export class Cloner {
  private readonly holes: Holes;
  private readonly inserts: readonly { table: string; sql: string }[];

  /**
   * @param at its place among the templates, of which there are so many: it has the clones whose number leaves `at` over.
   */
  constructor(
    private readonly client: Client,
    private readonly plan: Plan,
    private readonly template: Template,
    private readonly place: { at: number; of: number },
    module: Module,
  ) {
    this.holes = new Holes(template.customerId);
    this.inserts = template.rows[module].map((rows) => ({ table: rows.table.name, sql: this.insertOf(rows) }));
  }

  /** Makes those of its clones whose number is in the range. */
  async clone(from: number, to: number): Promise<void> {
    await this.client.query(
      `${this.makeClones(from, to)}; ${this.inserts.map(({ sql }) => sql).join('; ')}; drop table clones`,
    );
  }

  private makeClones(from: number, to: number): string {
    const { orders, customers, first, last } = this.plan;
    const { at, of } = this.place;
    const begin = from + ((((at - from) % of) + of) % of);
    const fillings = this.holes.columns.map(({ column, sql }) => `, ${sql} as ${column}`).join('');
    return `create temp table clones as
      select placed_at, shift${fillings} from (
        select placed_at, placed_at - ${this.template.placedAt} as shift_ms,
          (placed_at - ${this.template.placedAt}) * interval '1 ms' as shift, lpad(to_hex(n), 8, '0') as hex,
          ${lettersOf('n::bigint', 7)} as letters, 'customer-' || n % ${customers} as customer, n
        from (
          select n, (${first} + ${last - first}::float8 * n / ${Math.max(1, orders - 1)})::bigint as placed_at
          from generate_series(${begin}, ${to - 1}, ${of}) n
        ) n
      ) n order by n`;
  }

  private insertOf({ table, rows }: TableRows): string {
    const columns = table.columns.map(({ name }) => `"${name}"`).join(', ');
    const values = rows
      .map((row) => `(${row.map((value, at) => this.valueOf(table, at, value)).join(', ')})`)
      .join(', ');
    const remembered = table.name in this.plan.forgets ? `where c.placed_at >= ${this.plan.forgets[table.name]}` : '';
    return `insert into "${table.name}" (${columns}) select v.* from clones c cross join lateral (values ${values}) v ${remembered}`;
  }

  private valueOf(table: TableRows['table'], at: number, value: string | null): string {
    const { name, type } = table.columns[at]!;
    if (value === null) return `null::${type}`;
    if (type === 'timestamp with time zone') return `timestamptz ${quote(value)} + c.shift`;
    // Chosen by the client: as unique as the order.
    const made =
      table.name === 'idempotency_keys' && name === 'key'
        ? `${quote(value)} || c.placed_at`
        : this.holes.expressionOf(value);
    return type === 'text' ? made : `(${made})::${type}`;
  }
}
