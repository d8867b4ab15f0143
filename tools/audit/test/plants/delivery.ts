import type { Plant } from './plant';

const brought = `(select min(order_id) from deliveries where status = 'delivered')`;

export const delivery: readonly Plant[] = [
  {
    breaks: 'D1',
    by: 'an order with two couriers',
    in: 'delivery',
    sql: `drop index assignments_order_id_idx; update assignments set ended_at = null, outcome = null;
      insert into assignments (order_id, fence, courier_id) values (${brought}, 98, 'cou_a'), (${brought}, 99, 'cou_b')`,
  },
  {
    breaks: 'D1',
    by: 'a courier with too many orders',
    in: 'delivery',
    sql: `
      update couriers set capacity = 1;
      update assignments set ended_at = null, outcome = null, courier_id = (select min(courier_id) from couriers) where outcome = 'delivered'`,
  },
  {
    breaks: 'D2',
    by: 'a delivered order that nobody brought',
    in: 'delivery',
    sql: `update deliveries set status = 'cancelled', courier_id = null where order_id = ${brought}`,
  },
  {
    breaks: 'D2',
    by: 'a meal brought for a cancelled order',
    in: 'order',
    sql: `update orders set status = 'cancelled' where status = 'delivered'`,
  },
  {
    breaks: 'D4',
    by: 'a bag taken by nothing',
    in: 'delivery',
    sql: `update bags set order_id = 'ord_of_nobody' where ctid = (select min(ctid) from bags)`,
  },
  {
    breaks: 'D5',
    by: 'a number without a courier',
    in: 'delivery',
    sql: `update deliveries set fence = fence + 1 where order_id = ${brought}`,
  },
  {
    breaks: 'D6',
    by: 'a courier who is not paid',
    in: 'delivery',
    sql: `delete from courier_earnings where order_id = ${brought}`,
  },
  {
    breaks: 'D6',
    by: 'a courier paid for what another one brought',
    in: 'payment',
    sql: `update postings set account = 'courier:cou_of_somebody' where account like 'courier:%'`,
  },
];
