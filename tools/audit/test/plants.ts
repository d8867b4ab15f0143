import type { Module } from '../modules';

/** Something that must never be, done to a module's data on purpose. */
export interface Plant {
  /** The invariant that it breaks. */
  readonly breaks: string;
  readonly by: string;
  readonly in: Module;
  readonly sql: string;
}

/** The first order, by id, that ended so. In SQL, within the module itself. */
const paid = `(select min(order_id) from payments where captured > 0 and refunded = 0)`;
const givenBack = `(select min(order_id) from payments where status = 'cancelled' and voided > 0)`;
const cooked = `(select min(key) from messages where type = 'restaurant.ticket-ready')`;
const delivered = `(select min(order_id) from orders where status = 'delivered')`;
const cancelled = `(select min(order_id) from orders where status = 'cancelled')`;
const brought = `(select min(order_id) from deliveries where status = 'delivered')`;
const sagaOf = (order: string) => `name = 'order.fulfil-order' and saga_id = ${order}`;

const logged = (operation: string, amount: string) => `
  insert into provider_log (order_id, number, key, operation, currency, amount, outcome, reference)
  select order_id, 99, 'planted', '${operation}', currency, ${amount}, 'done', 'planted' from payments where order_id = ${paid}`;

const posted = (account: string, amount: string) => `
  insert into postings (order_id, what, account, currency, amount)
  select order_id, 'planted', ${account}, currency, ${amount} from payments where order_id = ${paid}`;

const received = `
  select 'order.track', message_id, 'order', type, version, key, key_version, data, correlation_id, recorded_at, 0
  from messages where type = 'order.placed' limit 1`;

const receivedColumns =
  'subscription, message_id, producer, type, version, key, key_version, data, correlation_id, recorded_at, part';

export const plants: readonly Plant[] = [
  {
    breaks: 'M1',
    by: 'a transfer without postings',
    in: 'payment',
    sql: `insert into transfers (order_id, what) values (${paid}, 'planted')`,
  },
  {
    breaks: 'M2',
    by: 'a posting that nobody gave',
    in: 'payment',
    sql: `insert into transfers (order_id, what) values (${paid}, 'planted'); ${posted(`'fees'`, '5')}`,
  },
  {
    breaks: 'M3',
    by: 'a balance that is too high',
    in: 'payment',
    sql: `update accounts set balance = balance + 1 where account = 'fees'`,
  },
  {
    breaks: 'M4',
    by: 'money left on the clearing account',
    in: 'payment',
    sql: `insert into transfers (order_id, what) values (${paid}, 'planted');
      ${posted(`'clearing:' || order_id`, '5')}; ${posted(`'provider'`, '-5')}`,
  },
  { breaks: 'M5', by: 'a second capture', in: 'payment', sql: logged('capture', '1') },
  {
    breaks: 'M6',
    by: 'a capture that the payment does not know',
    in: 'payment',
    sql: `update payments set captured = captured - 1, settled = settled - 1 where order_id = ${paid}`,
  },
  {
    breaks: 'M7',
    by: 'a price that rose after delivery',
    in: 'order',
    sql: `update orders set what = jsonb_set(what::jsonb, '{total,amount}', '1') where order_id = ${delivered}`,
  },
  { breaks: 'M8', by: 'a refund of more than was taken', in: 'payment', sql: logged('refund', 'captured + 1') },
  {
    breaks: 'M9',
    by: 'a payment without an order',
    in: 'payment',
    sql: `update payments set order_id = 'ord_of_nobody' where order_id = ${paid}`,
  },
  {
    breaks: 'M10',
    by: 'a ledger that can be rewritten',
    in: 'payment',
    sql: 'alter table postings disable trigger append_only',
  },
  {
    breaks: 'M11',
    by: 'a payment in two currencies',
    in: 'payment',
    sql: `update payments set currency = 'XTS' where order_id = ${paid}`,
  },
  { breaks: 'M11', by: 'a capture of nothing', in: 'payment', sql: logged('capture', '0') },
  {
    breaks: 'M12',
    by: 'a hold that was not released',
    in: 'payment',
    sql: `update payments set authorized = authorized + 1 where order_id = ${givenBack}`,
  },
  {
    breaks: 'M13',
    by: 'a share that came from nowhere',
    in: 'payment',
    sql: `insert into transfers (order_id, what) values (${paid}, 'planted'); ${posted(`'fees'`, '5')}; ${posted(`'provider'`, '-5')}`,
  },
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
    sql: `update assignments set ended_at = null, outcome = null, courier_id = (select min(courier_id) from couriers) where outcome = 'delivered'`,
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
    in: 'delivery',
    sql: `update deliveries set status = 'delivered' where status = 'failed'`,
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
  {
    breaks: 'Q1',
    by: 'a message that was lost',
    in: 'order',
    sql: `delete from handled where ctid = (select max(ctid) from handled where subscription = 'order.track')`,
  },
  {
    breaks: 'Q2',
    by: 'a message that nobody sent',
    in: 'restaurant',
    sql: `insert into handled (subscription, message_id, producer, key, key_version) values ('restaurant.open-ticket', gen_random_uuid(), 'order', 'ord_a', 1)`,
  },
  {
    breaks: 'Q3',
    by: 'a message handled and still waiting',
    in: 'order',
    sql: `insert into inbox (${receivedColumns}) ${received}`,
  },
  {
    breaks: 'Q4',
    by: 'a message that is never delivered',
    in: 'order',
    sql: `insert into outbox (destination, part, message_id) select 'payment', 0, message_id from messages limit 1`,
  },
  {
    breaks: 'Q5',
    by: 'a dead letter',
    in: 'order',
    sql: `insert into dead_letters (seq, ${receivedColumns}) select 1, r.* from (${received}) r`,
  },
  {
    breaks: 'Q6',
    by: 'messages handled in reverse',
    in: 'order',
    sql: `alter table handled alter position drop identity; update handled set position = -position where subscription = 'order.track'`,
  },
  {
    breaks: 'Q7',
    by: 'an event that nobody was told of',
    in: 'order',
    sql: `delete from messages where type = 'order.delivered'`,
  },
  {
    breaks: 'Q9',
    by: 'a message that breaks its contract',
    in: 'order',
    sql: `update messages set data = '{}' where type = 'order.placed'`,
  },
  {
    breaks: 'Q10',
    by: 'a message without its cause',
    in: 'payment',
    sql: `update messages set causation_id = gen_random_uuid() where type = 'payment.authorized'`,
  },
  {
    breaks: 'Q10',
    by: 'messages that caused each other',
    in: 'payment',
    sql: `update messages set causation_id = message_id where type = 'payment.authorized'`,
  },
];
