import { change } from '@thali/kit/postgres';
import type { Transfer } from './domain/ledger';

/** Writes transfers down; the database moves the balances and refuses what does not balance. */
export const post = change<Transfer>(`
  with i as (
    select * from json_to_recordset($1) as i(n int, "orderId" text, what text, currency text, postings json)
  ), made as (
    insert into transfers (order_id, what) select "orderId", what from i order by n
  )
  insert into postings (order_id, what, account, currency, amount)
  select i."orderId", i.what, p.account, i.currency, p.amount
  from i, json_to_recordset(i.postings) as p(account text, amount bigint)
  order by i.n`);
