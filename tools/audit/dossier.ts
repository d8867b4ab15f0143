import { merge } from './merge';
import type { Readers } from './reader';

/** Everything the modules know of one order. A part is missing when its module has never heard of it. Amounts in minor units. */
export interface Dossier {
  readonly orderId: string;
  readonly order: Ordered | undefined;
  readonly money: Money | undefined;
  readonly kitchen: Kitchen | undefined;
  readonly delivery: Delivery | undefined;
}

interface Ordered {
  readonly status: string;
  readonly total: number;
  readonly currency: string;
  /** What is kept of the money of a cancelled order. */
  readonly fee: number;
}

/** The payment's own view, the bank's log and the ledger. */
type Money = OwnMoney & BankMoney;

interface OwnMoney {
  /** Null when only the provider's books or the ledger know of it. */
  readonly status: string | null;
  readonly mayBeHeld: boolean;
  readonly authorized: number;
  readonly captured: number;
  readonly voided: number;
  readonly refunded: number;
  /** Of what was refunded: at the customer's wish. */
  readonly wishedBack: number;
  /** Withdrawn by the customer's bank. */
  readonly withdrawn: number;
  readonly ledgerCaptured: number;
  readonly ledgerRefunded: number;
  readonly clearing: number;
  /** Shared out to restaurant, courier and ourselves. */
  readonly shared: number;
  readonly paidCouriers: readonly string[];
  readonly currencies: readonly string[];
}

/** What the bank's own log says. */
interface BankMoney {
  /** The most that one of its intents was held, or taken: each may be so once. */
  readonly providerHolds: number;
  readonly providerCaptures: number;
  readonly providerCaptured: number;
  readonly providerRefunded: number;
  /** Granted and neither taken nor released. */
  readonly providerHeld: number;
  readonly providerCurrencies: readonly string[];
}

interface Kitchen {
  readonly status: string | null;
  /** Portions reserved and neither committed nor released. */
  readonly held: number;
}

interface Delivery {
  readonly status: string;
  readonly courier: string | null;
  readonly activeAssignments: number;
}

/** The dossiers of all orders that any module knows, by order id. */
export async function* dossiers({ order, payment, restaurant, delivery, bank }: Readers): AsyncGenerator<Dossier> {
  const merged = merge({
    order: order.stream<Ordered & { id: string }>(orders),
    money: payment.stream<OwnMoney & { id: string }>(money),
    bank: bank.stream<BankMoney & { id: string }>(charges),
    kitchen: restaurant.stream<Kitchen & { id: string }>(kitchens),
    delivery: delivery.stream<Delivery & { id: string }>(deliveries),
  });
  for await (const { id, rows } of merged)
    yield {
      orderId: id,
      order: rows.order[0],
      money: moneyOf(rows.money[0], rows.bank[0]),
      kitchen: rows.kitchen[0],
      delivery: rows.delivery[0],
    };
}

const orders = `
  select order_id as id, status, (summary -> 'total' ->> 'amount')::bigint as total, summary -> 'total' ->> 'currency' as currency,
    coalesce((summary -> 'fee' ->> 'amount')::bigint, 0) as fee
  from orders order by order_id collate "C"`;

const nothingAtTheBank: BankMoney = {
  providerHolds: 0,
  providerCaptures: 0,
  providerCaptured: 0,
  providerRefunded: 0,
  providerHeld: 0,
  providerCurrencies: [],
};

const nothingOfOurs: OwnMoney = {
  status: null,
  mayBeHeld: false,
  authorized: 0,
  captured: 0,
  voided: 0,
  refunded: 0,
  wishedBack: 0,
  withdrawn: 0,
  ledgerCaptured: 0,
  ledgerRefunded: 0,
  clearing: 0,
  shared: 0,
  paidCouriers: [],
  currencies: [],
};

function moneyOf(own: OwnMoney | undefined, bank: BankMoney | undefined): Money | undefined {
  if (!own && !bank) return undefined;
  const money = { ...nothingOfOurs, ...own, ...nothingAtTheBank, ...bank };
  return { ...money, currencies: [...money.currencies, ...money.providerCurrencies] };
}

/** What is no order's, such as a payout, is not looked at here. */
const charges = `
  with intents as (
    select order_id, intent, count(*) filter (where operation = 'authorize') as holds,
      count(*) filter (where operation = 'capture') as captures,
      coalesce(sum(amount) filter (where operation = 'capture'), 0) as captured,
      coalesce(sum(amount) filter (where operation = 'refund'), 0) as refunded,
      case when not bool_or(operation in ('void', 'capture')) then
        coalesce((array_agg(amount order by number desc) filter (where operation in ('authorize', 'increase')))[1], 0) end as held,
      array_agg(distinct currency) as currencies
    from provider_log where outcome = 'done' and operation not in ('payout', 'dispute') and order_id like 'ord_%' group by order_id, intent
  )
  select order_id as id, max(holds) as "providerHolds", max(captures) as "providerCaptures", sum(captured) as "providerCaptured",
    sum(refunded) as "providerRefunded", coalesce(sum(held), 0) as "providerHeld", max(currencies) as "providerCurrencies"
  from intents group by order_id order by order_id collate "C"`;

const money = `
  with ledger as (
    select order_id, coalesce(-sum(amount) filter (where account = 'provider' and what like 'capture/%'), 0) as captured,
      coalesce(sum(amount) filter (where account = 'provider' and what like 'refund/%'), 0) as refunded,
      coalesce(sum(amount) filter (where account like 'clearing:%'), 0) as clearing,
      coalesce(sum(amount) filter (where account <> 'provider' and account not like 'clearing:%'), 0) as shared
    from postings where order_id like 'ord_%' group by order_id
  ), couriers as (
    select order_id, array_agg(account) as paid from (
      select order_id, substr(account, 9) as account from postings where account like 'courier:%' group by 1, 2 having sum(amount) <> 0
    ) paid group by order_id
  ), currencies as (
    select order_id, array_agg(distinct currency) as used from (
      select order_id, currency from payments where asked > 0 union select order_id, currency from postings
    ) used group by order_id
  )
  select order_id as id, p.status, coalesce(p.may_be_held, false) as "mayBeHeld", coalesce(p.authorized, 0) as authorized,
    coalesce(p.captured, 0) as captured, coalesce(p.voided, 0) as voided, coalesce(p.refunded, 0) as refunded,
    coalesce((select sum((r ->> 'given')::bigint) from json_array_elements(p.detail -> 'refunds') r), 0) as "wishedBack",
    coalesce((select sum((d ->> 'withdrawn')::bigint) from json_array_elements(p.detail -> 'disputes') d), 0) as withdrawn,
    coalesce(l.captured, 0) as "ledgerCaptured", coalesce(l.refunded, 0) as "ledgerRefunded", coalesce(l.clearing, 0) as clearing,
    coalesce(l.shared, 0) as shared, coalesce(c.paid, '{}') as "paidCouriers", coalesce(u.used, '{}') as currencies
  from payments p full join ledger l using (order_id) left join couriers c using (order_id) left join currencies u using (order_id)
  order by order_id collate "C"`;

const kitchens = `
  select order_id as id, t.status, coalesce(m.held, 0) as held
  from tickets t full join (select order_id, sum(reserved_change) as held from stock_moves where order_id is not null group by order_id) m
    using (order_id)
  order by order_id collate "C"`;

const deliveries = `
  select order_id as id, d.status, d.courier_id as courier, coalesce(a.active, 0) as "activeAssignments"
  from deliveries d left join (select order_id, count(*) as active from assignments where ended_at is null group by order_id) a
    using (order_id)
  order by order_id collate "C"`;
