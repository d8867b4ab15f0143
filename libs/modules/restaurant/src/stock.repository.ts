import { Injectable } from '@nestjs/common';
import { change, lock, query, type Tx } from '@thali/kit/postgres';
import { changeOfHold, type Hold, type HoldChange, type Portions } from './domain/portions';

/** Why a hold was refused: the first item that stands in the way. */
export interface Lacking {
  readonly itemId: string;
  /** `not-offered`: not on the menu, or taken off by the kitchen. `sold-out`: too few portions. */
  readonly problem: 'not-offered' | 'sold-out';
}

/**
 * Portions: what the kitchen has, and what orders hold of it.
 *
 * Every method here that changes something first takes one lock for the whole stock and keeps it to the commit. Units of
 * work share transactions and reach their stock in no fixed order: rows locked one by one end in deadlocks. With two
 * processes that reserve and release the same dishes, one lock did 2,700 orders a second and row locks 600; where nothing
 * is released they are equal.
 */
@Injectable()
export class Stock {
  /** Waits its turn. Take it before rows that you will change together with the stock. */
  async lock(tx: Tx): Promise<void> {
    await tx.run(lockStock, {});
  }

  /**
   * Reserves all portions of the hold or none. `instead` is a hold of the same order that this one replaces: it is
   * released in the same step.
   * @returns what stands in the way, if anything.
   */
  async reserve(tx: Tx, hold: Hold, instead?: Hold): Promise<Lacking | undefined> {
    const { orderId, restaurantId, revision } = hold;
    const changes = changeOfHold(instead?.portions ?? [], hold.portions);
    const wanted = { orderId, restaurantId, revision, heldRevision: instead?.revision ?? null, changes };
    for (;;) {
      // In one round trip: what is called first runs first, and the second sees what was committed while the first waited.
      const [, verdict] = await Promise.all([this.lock(tx), tx.one(changeHold, wanted)]);
      if (verdict?.served) return undefined;
      if (verdict?.itemId) return { itemId: verdict.itemId, problem: verdict.problem };
      // Neither: it waits behind an order of the same batch that could not be served itself, and is weighed again without it.
    }
  }

  /** Ends the hold: its portions are gone (`commit`) or free again (`release`). */
  settle(tx: Tx, kind: 'commit' | 'release', hold: Hold): void {
    tx.defer(lockStock, {});
    tx.defer(settleHold, { kind, ...hold });
  }

  /** Somebody counted: so many portions can be ordered, beside those that orders hold. */
  async count(tx: Tx, row: { restaurantId: string; itemId: string; portions: number }): Promise<void> {
    await this.lock(tx);
    await tx.run(countPortions, row);
  }

  /** Offers the item or takes it off ("86"). Last word wins. @returns whether that changed anything. */
  async offer(tx: Tx, row: { restaurantId: string; itemId: string; available: boolean }): Promise<boolean> {
    await this.lock(tx);
    return (await tx.one(setAvailable, row)) !== undefined;
  }

  /** Makes these the items on the menu; those that are not there any more keep their stock. @returns the ids that are new. */
  async list(
    tx: Tx,
    restaurantId: string,
    items: readonly { itemId: string; available: boolean }[],
  ): Promise<string[]> {
    await this.lock(tx);
    const known = new Set((await this.of(tx, restaurantId)).map(({ itemId }) => itemId));
    await tx.run(listItems, { restaurantId, items });
    return items.map(({ itemId }) => itemId).filter((itemId) => !known.has(itemId));
  }

  /** Everything the kitchen knows, on the menu or not. */
  of(tx: Tx, restaurantId: string): Promise<ItemStock[]> {
    return tx.run(stockOf, { restaurantId });
  }
}

export interface ItemStock {
  readonly itemId: string;
  readonly onMenu: boolean;
  readonly available: boolean;
  /** How many can still be ordered. */
  readonly portions: number;
}

const lockStock = lock(
  'first',
  `select i.n, pg_advisory_xact_lock(hashtext(current_schema() || '.stock')) from json_to_recordset($1) as i(n int)`,
);

interface HoldRow {
  orderId: string;
  restaurantId: string;
  revision: number;
  heldRevision: number | null;
  changes: readonly HoldChange[];
}

interface Verdict {
  served: boolean;
  itemId: string | null;
  problem: Lacking['problem'];
}

/**
 * Judges the orders of a batch first come, first served: one is served if each of its items has enough for it and for all
 * before it. So an order may be passed over for one that is refused; then `served` is false and nothing is lacking.
 */
const changeHold = change<HoldRow, Verdict>(`
  with hold as (
    select * from json_to_recordset($1) as i(n int, "orderId" text, "restaurantId" text, revision int, "heldRevision" int, changes json)
  ), line as (
    select hold.*, c.*, greatest(c.wanted - c.held, 0) as more
    from hold, rows from (json_to_recordset(hold.changes) as ("itemId" text, held int, wanted int)) with ordinality
      as c("itemId", held, wanted, position)
  ), weighed as (
    select line.*,
      case when more = 0 then null
        when i.on_menu and i.available then case when more > i.on_hand - i.reserved then 'sold-out' end
        else 'not-offered' end as problem,
      more = 0 or sum(more) over (partition by "restaurantId", "itemId" order by n) <= i.on_hand - i.reserved as fits
    from line left join items i on i.restaurant_id = "restaurantId" and i.item_id = "itemId"
  ), verdict as (
    select n, bool_and(problem is null and fits) as served,
      (array_agg("itemId" order by position) filter (where problem is not null))[1] as "itemId",
      (array_agg(problem order by position) filter (where problem is not null))[1] as problem
    from weighed group by n
  ), served as (
    select weighed.* from weighed join verdict using (n) where verdict.served
  ), taken as (
    update items set reserved = reserved + s.more
    from (select "restaurantId", "itemId", sum(wanted - held) as more from served group by 1, 2) s
    where items.restaurant_id = s."restaurantId" and items.item_id = s."itemId"
  ), moved as (
    insert into stock_moves (restaurant_id, item_id, kind, quantity, order_id, revision)
    select "restaurantId", "itemId", 'release', held, "orderId", "heldRevision" from served where held > 0
    union all
    select "restaurantId", "itemId", 'reserve', wanted, "orderId", revision from served where wanted > 0
  )
  select n, served, "itemId", problem from verdict`);

interface Settlement extends Hold {
  kind: 'commit' | 'release';
}

const settleHold = change<Settlement>(`
  with settled as (
    select i.*, p."itemId", p.quantity
    from json_to_recordset($1) as i(n int, kind text, "orderId" text, "restaurantId" text, revision int, portions json),
      json_to_recordset(i.portions) as p("itemId" text, quantity int)
  ), moved as (
    insert into stock_moves (restaurant_id, item_id, kind, quantity, order_id, revision)
    select "restaurantId", "itemId", kind, quantity, "orderId", revision from settled
  )
  update items set reserved = reserved - s.quantity, on_hand = on_hand - s.committed
  from (
    select "restaurantId", "itemId", sum(quantity) as quantity,
      coalesce(sum(quantity) filter (where kind = 'commit'), 0) as committed
    from settled group by 1, 2
  ) s
  where items.restaurant_id = s."restaurantId" and items.item_id = s."itemId"`);

interface Count extends Pick<Portions, 'itemId'> {
  restaurantId: string;
  portions: number;
}

const countPortions = change<Count>(`
  with counted as (
    select distinct on (restaurant_id, item_id) restaurant_id, item_id, i.portions - (on_hand - reserved) as difference
    from json_to_recordset($1) as i(n int, "restaurantId" text, "itemId" text, portions int)
    join items on restaurant_id = "restaurantId" and item_id = "itemId"
    order by restaurant_id, item_id, n desc
  ), moved as (
    insert into stock_moves (restaurant_id, item_id, kind, quantity)
    select restaurant_id, item_id, case when difference > 0 then 'received' else 'discarded' end, abs(difference)
    from counted where difference <> 0
  )
  update items set on_hand = on_hand + difference from counted
  where items.restaurant_id = counted.restaurant_id and items.item_id = counted.item_id`);

const setAvailable = change<{ restaurantId: string; itemId: string; available: boolean }, { changed: true }>(`
  with said as (
    select distinct on ("restaurantId", "itemId") *
    from json_to_recordset($1) as i(n int, "restaurantId" text, "itemId" text, available boolean)
    order by "restaurantId", "itemId", n desc
  )
  update items set available = said.available from said
  where restaurant_id = "restaurantId" and item_id = "itemId" and items.available <> said.available
  returning said.n, true as changed`);

const listItems = change<{ restaurantId: string; items: readonly { itemId: string; available: boolean }[] }>(`
  with listed as (
    select i."restaurantId", l."itemId", l.available
    from json_to_recordset($1) as i(n int, "restaurantId" text, items json),
      json_to_recordset(i.items) as l("itemId" text, available boolean)
  ), withdrawn as (
    update items set on_menu = false
    where restaurant_id in (select "restaurantId" from listed) and on_menu
      and not exists (select 1 from listed where "restaurantId" = restaurant_id and "itemId" = item_id)
  )
  insert into items (restaurant_id, item_id, available) select "restaurantId", "itemId", available from listed
  on conflict (restaurant_id, item_id) do update set on_menu = true`);

const stockOf = query<{ restaurantId: string }, ItemStock>(`
  select i.n, item_id as "itemId", on_menu as "onMenu", available, on_hand - reserved as portions
  from json_to_recordset($1) as i(n int, "restaurantId" text) join items on restaurant_id = "restaurantId"`);
