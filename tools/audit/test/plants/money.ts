import type { Plant } from './plant';

const paid = `(select min(order_id) from payments where captured > 0 and refunded = 0)`;
const delivered = `(select min(order_id) from orders where status = 'delivered')`;

const charged = `(select min(order_id) from provider_log where operation = 'capture' and outcome = 'done')`;

const logged = (operation: string, amount: string, intent = 'intent') => `
  insert into provider_log (intent, number, order_id, operation, currency, amount, outcome, reference)
  select ${intent}, 99, order_id, '${operation}', currency, ${amount}, 'done', 'planted' from provider_log
  where operation = 'capture' and outcome = 'done' and order_id = ${charged}`;

const posted = (account: string, amount: string) => `
  insert into postings (order_id, what, account, currency, amount)
  select order_id, 'planted', ${account}, currency, ${amount} from payments where order_id = ${paid}`;

export const money: readonly Plant[] = [
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
  { breaks: 'M5', by: 'a second capture', in: 'bank', sql: logged('capture', '1') },
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
    sql: `update orders set summary = jsonb_set(summary::jsonb, '{total,amount}', '1') where order_id = ${delivered}`,
  },
  { breaks: 'M8', by: 'a refund of more than was taken', in: 'bank', sql: logged('refund', 'amount + 1') },
  {
    breaks: 'M9',
    by: 'a payment without an order',
    in: 'payment',
    sql: `update payments set order_id = 'ord_of_nobody' where order_id = ${paid}`,
  },
  { breaks: 'M9', by: 'a hold that was granted twice', in: 'bank', sql: logged('authorize', 'amount') },
  {
    breaks: 'M5',
    by: 'a second hold that was taken without need',
    in: 'bank',
    sql: logged('capture', 'amount', `'planted'`),
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
  { breaks: 'M11', by: 'a capture of nothing', in: 'bank', sql: logged('capture', '0') },
  {
    breaks: 'M12',
    by: 'a hold that was not released',
    in: 'payment',
    sql: `update payments set authorized = authorized + 1 where order_id = ${paid}`,
  },
  {
    breaks: 'M13',
    by: 'a share that came from nowhere',
    in: 'payment',
    sql: `insert into transfers (order_id, what) values (${paid}, 'planted'); ${posted(`'fees'`, '5')}; ${posted(`'provider'`, '-5')}`,
  },
];
