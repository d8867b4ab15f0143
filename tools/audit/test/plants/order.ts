import type { Plant } from './plant';

const delivered = `(select min(order_id) from orders where status = 'delivered')`;
const cancelled = `(select min(order_id) from orders where status = 'cancelled')`;

const sagaOf = (order: string) => `name = 'order.fulfil-order' and saga_id = ${order}`;

export const order: readonly Plant[] = [
  {
    breaks: 'O3',
    by: 'an order placed by two keys',
    in: 'order',
    sql: `insert into idempotency_keys select principal, route, key || '-again', fingerprint, answer from idempotency_keys`,
  },
  {
    breaks: 'O4',
    by: 'a gap between events',
    in: 'order',
    sql: `delete from events where version = 2 and stream_id = ${delivered}`,
  },
  {
    breaks: 'O4',
    by: 'an event after the last',
    in: 'order',
    sql: `update events set type = 'Cancelled' where type = 'PickedUp' and stream_id = ${delivered}`,
  },
  {
    breaks: 'O5',
    by: 'a status that no event led to',
    in: 'order',
    sql: `update orders set status = 'ready' where order_id = ${delivered}`,
  },
  {
    breaks: 'O6',
    by: 'an order that never ends',
    in: 'order',
    sql: `update orders set status = 'placed' where order_id = ${cancelled}`,
  },
  {
    breaks: 'O6',
    by: 'a saga that never ends',
    in: 'order',
    sql: `update sagas set status = 'undoing' where ${sagaOf(cancelled)}`,
  },
  {
    breaks: 'O7',
    by: 'a completed saga with a step that was undone',
    in: 'order',
    sql: `update sagas set state = jsonb_set(state::jsonb, '{ledger,0,outcome}', '"undone"') where ${sagaOf(delivered)}`,
  },
  {
    breaks: 'O7',
    by: 'an order delivered by a saga that was undone',
    in: 'order',
    sql: `update sagas set status = 'undone' where ${sagaOf(delivered)}`,
  },
  {
    breaks: 'O8',
    by: 'another price on the menu than was charged',
    in: 'restaurant',
    sql: `update menus set sections = regexp_replace(sections::text, '"amount": ?', '"amount":1', 'g')::json`,
  },
];
