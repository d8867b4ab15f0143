import type { Dossier } from '../dossier';
import type { Evidence, Invariant } from '../invariant';

const isOver = ({ order }: Dossier) => order?.status === 'delivered' || order?.status === 'cancelled';
const hasMoney = ({ money }: Dossier) => money !== undefined;
const show = ({ orderId, order, money }: Dossier): Evidence => ({ orderId, ...order, payment: money });

/** What the books say was taken and not given back. */
const netOf = ({ money }: Dossier) => (money ? money.captured - money.refunded : 0);

/** What the customer owes in the end, but for what they were given back at their wish. */
function dueOf({ order, money }: Dossier): number {
  const due = order?.status === 'delivered' ? order.total : (order?.fee ?? 0);
  return Math.max(0, due - (money?.wishedBack ?? 0));
}

/** Statuses in which the bank holds nothing for us any more. */
const settled: readonly (string | null)[] = ['declined', 'captured', 'cancelled'];

export const money: readonly Invariant[] = [
  {
    id: 'M1',
    sentence: 'every transfer has two or more postings and sums to zero per currency',
    when: 'always',
    in: 'payment',
    things: 'select count(*) as things from transfers',
    violations: `
      select order_id as "orderId", what, currency, count(p.amount) as postings, sum(p.amount) as sum
      from transfers full join postings p using (order_id, what) group by order_id, what, currency
      having count(p.amount) < 2 or sum(p.amount) <> 0`,
  },
  {
    id: 'M2',
    sentence: 'all postings together sum to zero per currency',
    when: 'always',
    in: 'payment',
    things: 'select count(distinct currency) as things from postings',
    violations: 'select currency, sum(amount) as sum from postings group by currency having sum(amount) <> 0',
  },
  {
    id: 'M3',
    sentence: 'a stored balance equals the sum of its postings and is not below its floor',
    when: 'always',
    in: 'payment',
    things: 'select count(*) as things from accounts',
    violations: `
      select account, currency, a.balance, p.sum, a.floor
      from accounts a full join (select account, currency, sum(amount) as sum from postings group by account, currency) p
        using (account, currency)
      where a.balance is distinct from p.sum or a.balance < a.floor`,
  },
  {
    id: 'M4',
    sentence: 'the clearing account of an order that is over is zero',
    when: 'at rest',
    about: (order) => isOver(order) && hasMoney(order),
    holds: ({ money }) => money?.clearing === 0,
    shows: show,
  },
  {
    id: 'M5',
    sentence:
      "by the bank's own log, each hold is taken once at most, and all of them together never for more than the order's total",
    when: 'always',
    about: hasMoney,
    holds: ({ money, order }) =>
      !money || (money.providerCaptures <= 1 && money.providerCaptured <= (order?.total ?? 0)),
    shows: show,
  },
  {
    id: 'M6',
    sentence: "the bank's log, the payment and the ledger agree about what was taken and given back",
    when: 'at rest',
    about: hasMoney,
    holds: ({ money }) =>
      money === undefined ||
      (money.providerCaptured === money.captured &&
        money.captured === money.ledgerCaptured &&
        money.providerRefunded === money.refunded &&
        money.refunded === money.ledgerRefunded),
    shows: show,
  },
  {
    id: 'M7',
    sentence: 'a delivered order is paid in full, a cancelled one costs its fee or nothing; refunds deducted',
    when: 'at rest',
    about: isOver,
    holds: (order) => netOf(order) === dueOf(order),
    shows: (order) => ({ due: dueOf(order), net: netOf(order), ...show(order) }),
  },
  {
    id: 'M8',
    sentence: 'no more is given back than was taken, no more taken and released than was held',
    when: 'always',
    about: hasMoney,
    holds: ({ money }) =>
      money === undefined ||
      (money.refunded <= money.captured &&
        money.captured + money.voided <= money.authorized &&
        money.providerRefunded <= money.providerCaptured &&
        money.providerHeld >= 0),
    shows: show,
  },
  {
    id: 'M9',
    sentence:
      'a payment belongs to an order, and an order has one payment, with holds that are each granted once at most',
    when: 'always',
    about: hasMoney,
    holds: ({ order, money }) => order !== undefined && typeof money?.status === 'string' && money.providerHolds <= 1,
    shows: show,
  },
  {
    id: 'M10',
    sentence: 'the database refuses to change or remove what was posted',
    when: 'always',
    in: 'payment',
    things: `select count(*) as things from pg_class where oid in ('transfers'::regclass, 'postings'::regclass)`,
    // The bits of tgtype: 8 delete, 16 update, 32 truncate.
    violations: `
      select t.name as "table" from (values ('transfers'), ('postings')) t(name)
      where not exists (select from pg_trigger where tgrelid = t.name::regclass and tgenabled in ('O', 'A') and tgtype & 56 = 56)`,
  },
  {
    id: 'M11',
    sentence: 'an order has one currency',
    when: 'always',
    about: hasMoney,
    holds: ({ order, money }) => new Set([...(money?.currencies ?? []), ...(order ? [order.currency] : [])]).size <= 1,
    shows: show,
  },
  {
    id: 'M11',
    sentence: 'the bank was asked for no amount that is zero or less, where that makes no sense',
    when: 'always',
    in: 'bank',
    things: 'select count(*) as things from provider_log',
    violations: `
      select order_id as "orderId", operation, amount from provider_log where amount < 0 or (amount = 0 and operation <> 'void')`,
  },
  {
    id: 'M12',
    sentence: 'nothing is held any more for an order that is over',
    when: 'at rest',
    about: isOver,
    holds: ({ money }) =>
      money === undefined ||
      (settled.includes(money.status) &&
        !money.mayBeHeld &&
        money.authorized === money.captured + money.voided &&
        money.providerHeld === 0),
    shows: show,
  },
  {
    id: 'M13',
    sentence:
      'what restaurant, courier, tax office and we have got, losses deducted, is what was taken and neither given back nor disputed',
    when: 'at rest',
    about: (order) => isOver(order) && hasMoney(order),
    holds: (order) => order.money?.shared === netOf(order) - (order.money?.withdrawn ?? 0),
    shows: show,
  },
];
