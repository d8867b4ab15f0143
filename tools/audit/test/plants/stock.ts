import type { Plant } from './plant';

const cooked = `(select min(key) from messages where type = 'restaurant.ticket-ready')`;

export const stock: readonly Plant[] = [
  {
    breaks: 'S1',
    by: 'more reserved than there is',
    in: 'restaurant',
    sql: 'alter table items drop constraint reserved_within_on_hand; update items set reserved = on_hand + 1',
  },
  {
    breaks: 'S2',
    by: 'a portion that nobody received',
    in: 'restaurant',
    sql: 'update items set on_hand = on_hand + 1',
  },
  {
    breaks: 'S3',
    by: 'a reservation that was never ended',
    in: 'restaurant',
    sql: `delete from stock_moves where kind = 'commit' and order_id = ${cooked}`,
  },
  {
    breaks: 'S4',
    by: 'portions held for an order that is over',
    in: 'restaurant',
    sql: `insert into stock_moves (restaurant_id, item_id, kind, quantity, order_id, revision)
      select restaurant_id, item_id, kind, quantity, order_id, 99 from stock_moves where kind = 'reserve' and order_id = ${cooked}`,
  },
  {
    breaks: 'S5',
    by: 'a meal cooked with more than was committed',
    in: 'restaurant',
    sql: `update tickets set lines = jsonb_set(lines, '{0,quantity}', '77') where order_id = ${cooked}`,
  },
  {
    breaks: 'S6',
    by: 'more portions committed than received',
    in: 'restaurant',
    sql: `update stock_moves set quantity = 100000 where kind = 'reserve' and order_id = ${cooked}`,
  },
];
