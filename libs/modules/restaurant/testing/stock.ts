import type { Database } from '@thali/kit/postgres';

/** What the kitchen has of a dish, and how many of those are reserved. */
export async function stockOf(db: Database, restaurantId: string, itemId: string): Promise<object | undefined> {
  const [stock] = await db.read<object>(
    'select on_hand as "onHand", reserved from items where restaurant_id = $1 and item_id = $2',
    [restaurantId, itemId],
  );
  return stock;
}

/** Items whose numbers are not the sum of their moves (S2), or impossible (S1, S6). */
export function unsoundStock(db: Database): Promise<object[]> {
  return db.read<object>(`
    select * from items join (
      select restaurant_id, item_id, sum(on_hand_change) as moved_on_hand, sum(reserved_change) as moved_reserved,
        sum(quantity) filter (where kind = 'received') as received,
        coalesce(sum(quantity) filter (where kind = 'commit'), 0) as committed
      from stock_moves group by 1, 2
    ) moves using (restaurant_id, item_id)
    where on_hand <> moved_on_hand or reserved <> moved_reserved or not (0 <= reserved and reserved <= on_hand)
      or committed + reserved > received`);
}

/** Holds that did not end in exactly one commit or release of the same quantity (S3). At rest there are none. */
export function unsoundHolds(db: Database, restaurantId: string): Promise<object[]> {
  return db.read<object>(
    `
    select order_id, item_id, revision, array_agg(kind || ' ' || quantity) as moves from stock_moves where order_id is not null and restaurant_id = $1
    group by 1, 2, 3
    having count(*) filter (where kind = 'reserve') <> 1 or count(*) filter (where kind in ('commit', 'release')) <> 1
      or min(quantity) <> max(quantity)`,
    [restaurantId],
  );
}
