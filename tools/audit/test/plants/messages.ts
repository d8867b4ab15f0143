import type { Plant } from './plant';

const received = `
  select subscription, message_id, producer, 'payment.authorized', 1, key, key_version, '{}'::json, 'a story', handled_at, 0
  from handled where subscription = 'order.fulfil-order' limit 1`;

const receivedColumns =
  'subscription, message_id, producer, type, version, key, key_version, data, correlation_id, recorded_at, part';

export const messages: readonly Plant[] = [
  {
    breaks: 'Q1',
    by: 'a message that was lost',
    in: 'order',
    sql: `delete from handled where (subscription, position) = (select subscription, max(position) from handled where subscription = 'order.fulfil-order' group by 1)`,
  },
  {
    breaks: 'Q2',
    by: 'a message that nobody sent',
    in: 'restaurant',
    sql: `insert into handled (subscription, message_id, producer, key, key_version) values ('restaurant.open-ticket', 'ffffffff-ffff-7fff-bfff-ffffffffffff', 'order', 'ord_a', 1)`,
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
    sql: `insert into dead_letters (seq, ${receivedColumns}, died_at) select 1, r.*, clock_timestamp() from (${received}) r`,
  },
  {
    breaks: 'Q6',
    by: 'messages handled in reverse',
    in: 'order',
    sql: `update handled set position = -position where subscription = 'order.fulfil-order'`,
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
    sql: `update messages set causation_id = 'ffffffff-ffff-7fff-bfff-ffffffffffff' where type = 'payment.authorized'`,
  },
  {
    breaks: 'Q10',
    by: 'messages that caused each other',
    in: 'payment',
    sql: `update messages set causation_id = message_id where type = 'payment.authorized'`,
  },
];
