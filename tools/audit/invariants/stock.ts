import type { Invariant } from '../invariant';

export const stock: readonly Invariant[] = [
  {
    id: 'S1',
    sentence: 'no more is reserved than is there, and nothing is below zero',
    when: 'always',
    in: 'restaurant',
    things: 'select count(*) as things from items',
    violations: `
      select restaurant_id as "restaurantId", item_id as "itemId", reserved, on_hand as "onHand" from items
      where reserved < 0 or reserved > on_hand`,
  },
  {
    id: 'S2',
    sentence: 'what is there and what is reserved are the sums of the moves',
    when: 'always',
    in: 'restaurant',
    things: 'select count(*) as things from items',
    violations: `
      select restaurant_id as "restaurantId", item_id as "itemId", i.on_hand as "onHand", m.on_hand as "movedOnHand", i.reserved,
        m.reserved as "movedReserved"
      from items i full join (
        select restaurant_id, item_id, sum(on_hand_change) as on_hand, sum(reserved_change) as reserved
        from stock_moves group by restaurant_id, item_id
      ) m using (restaurant_id, item_id)
      where coalesce(i.on_hand, -1) <> coalesce(m.on_hand, 0) or coalesce(i.reserved, -1) <> coalesce(m.reserved, 0)`,
  },
  {
    id: 'S3',
    sentence: 'what an order reserved of an item was committed or released, once and whole',
    when: 'at rest',
    in: 'restaurant',
    things: `select count(*) as things from stock_moves where kind = 'reserve'`,
    violations: `
      select order_id as "orderId", item_id as "itemId", revision, array_agg(kind || ' ' || quantity order by move_id) as moves
      from stock_moves where order_id is not null group by order_id, item_id, revision
      having count(*) filter (where kind = 'reserve') <> 1 or count(*) filter (where kind <> 'reserve') <> 1 or sum(reserved_change) <> 0`,
  },
  {
    id: 'S4',
    sentence: 'an order that is over holds no portions',
    when: 'at rest',
    about: ({ order, kitchen }) => kitchen !== undefined && ['delivered', 'cancelled'].includes(order?.status ?? ''),
    holds: ({ kitchen }) => kitchen?.held === 0,
    shows: ({ orderId, order, kitchen }) => ({
      orderId,
      order: order?.status,
      ticket: kitchen?.status,
      held: kitchen?.held,
    }),
  },
  {
    id: 'S5',
    sentence: 'the portions committed are those of the orders that the kitchen has cooked',
    when: 'at rest',
    in: 'restaurant',
    things: `select count(*) as things from stock_moves where kind = 'commit'`,
    violations: `
      with cooked as (
        select t.order_id, l."itemId" as item_id, sum(l.quantity) as quantity
        from tickets t cross join jsonb_to_recordset(t.lines) as l("itemId" text, quantity int)
        where exists (select from messages m where m.key = t.order_id and m.type = 'restaurant.ticket-preparing')
        group by t.order_id, l."itemId"
      ), committed as (
        select order_id, item_id, sum(quantity) as quantity from stock_moves where kind = 'commit' group by order_id, item_id
      )
      select order_id as "orderId", item_id as "itemId", cooked.quantity as cooked, committed.quantity as committed
      from cooked full join committed using (order_id, item_id)
      where cooked.quantity is distinct from committed.quantity and not exists (
        select from tickets t where t.order_id = coalesce(cooked.order_id, committed.order_id)
          and t.opened_at < (select at + interval '1 day' from horizon)
      )`,
  },
  {
    id: 'S6',
    sentence: 'no more was committed and is held than was ever received',
    when: 'always',
    in: 'restaurant',
    things: 'select count(*) as things from items',
    violations: `
      select restaurant_id as "restaurantId", item_id as "itemId", sum(on_hand_change) - sum(reserved_change) as left
      from stock_moves group by restaurant_id, item_id having sum(on_hand_change) < sum(reserved_change)`,
  },
];
