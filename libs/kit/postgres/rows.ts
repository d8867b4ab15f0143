import { named, places, savedOrStale, type Statement } from './statement';
import { arraysOf, type Input, type RowOfSpec, type RowSpec } from './typed-arrays';

/** SQL that reads its rows from `input`, which goes into a FROM and has the name `i` there. */
export type Write = (input: string) => string;

/**
 * Rows for a statement that no `Table` offers: their fields and types are said once, here, and TypeScript knows them from here.
 *
 * @example
 * const takePortions = rows({ itemId: 'text', quantity: 'int' }).change<{ left: number }>((input) => `
 *   update items set reserved = reserved + i.quantity from ${input}
 *   where items.item_id = i."itemId" and items.reserved + i.quantity <= items.on_hand
 *   returning i.n, items.on_hand - items.reserved as left`);
 *
 * const left = await tx.one(takePortions, { itemId, quantity: 2 });
 */
export function rows<const Spec extends RowSpec>(spec: Spec): Rows<RowOfSpec<Spec>> {
  return new Rows(arraysOf(spec));
}

/** Makes statements that take the same rows. */
export class Rows<Row extends object> {
  constructor(private readonly input: Input) {}

  /** A statement that only reads. Every result row has the `n` of the row that it answers. */
  query<Result extends object>(write: Write): Statement<Row, Result> {
    return { ...this.statement(write), changes: false, place: places.change };
  }

  /** A statement that changes data. Result rows, if it has any, have the `n` of the row that they answer. */
  change<Result extends object = object>(write: Write): Statement<Row, Result> {
    return { ...this.statement(write), changes: true, place: places.change };
  }

  /** A change that locks what all transactions lock before anything else, or after: in one order no transactions wait in a circle. */
  lock<Result extends object = object>(when: 'first' | 'last', write: Write): Statement<Row, Result> {
    return { ...this.statement(write), changes: true, place: when === 'first' ? places.lockFirst : places.lockLast };
  }

  /**
   * A statement that stores something as it was read, or makes something that was not there. It fails, and with it the transaction, unless
   * it does so for every row: then units of work whose rows another transaction has changed meanwhile run again. So the caller need not
   * wait for its result: `tx.defer` it, and it travels with the commit.
   *
   * @param write changes a table, and returns the `n` of every row that it has stored; or, where an INSERT cannot tell, `null::int as n`.
   * @param stored a SELECT of the numbers of the rows that were stored, where `write` returns something else, which it finds in `saved`.
   */
  save(write: Write, stored?: (input: Input) => string): Statement<Row> {
    const checked = (input: string) => savedOrStale(this.input, write(input), stored?.(this.input));
    return { ...this.statement(checked), changes: true, place: places.save };
  }

  private statement(write: Write) {
    return { ...named(write(this.input.source)), input: this.input };
  }
}
