import { accounts, sharesOf, transfer, type Shared, type Transfer } from './ledger';
import { totalsOf, type Decision, type Payment } from './payment';

/** Shares out what is ours to share out since the last time: all that was taken and not given back, once the order has ended. */
export function settle(
  payment: Payment,
  { outgoing = [], transfers = [] }: Partial<Pick<Decision, 'outgoing' | 'transfers'>>,
): Decision {
  const { status, courierId } = payment;
  const shared = due(payment);
  const ended = status === 'cancelled' || courierId !== null;
  if (!ended || isEqual(shared, payment.shared)) return { payment, outgoing, transfers };
  return { payment: { ...payment, shared }, outgoing, transfers: [...transfers, sharedOut(payment, shared)] };
}

/** Who has to have how much by now: their shares in what was paid, less the refunds that they have to bear. */
function due(payment: Payment): Shared {
  const { refunds, courierId, shares, bill } = payment;
  const { captured, refunded } = totalsOf(payment);
  const borne = refunds.filter(({ fault, given }) => fault !== null && given > 0);
  const paid = captured - refunded + borne.reduce((sum, { given }) => sum + given, 0);
  const share = sharesOf(paid, shares, { delivered: courierId !== null, bill });
  const bornBy = (...bearers: string[]) =>
    borne.reduce((sum, { fault, given }) => sum + (bearers.includes(fault ?? '') ? given : 0), 0);
  // Where no courier has come, we answer for one.
  const ours = courierId === null ? ['platform', 'courier'] : ['platform'];
  return {
    restaurant: share.restaurant - bornBy('restaurant'),
    courier: share.courier - (courierId === null ? 0 : bornBy('courier')),
    fees: share.fees - bornBy(...ours),
    tax: share.tax,
  };
}

function isEqual(one: Shared, other: Shared): boolean {
  return (
    one.restaurant === other.restaurant &&
    one.courier === other.courier &&
    one.fees === other.fees &&
    one.tax === other.tax
  );
}

function sharedOut({ orderId, currency, restaurantId, courierId, shared, version }: Payment, now: Shared): Transfer {
  const to = [
    { account: accounts.restaurant(restaurantId ?? 'unknown'), amount: now.restaurant - shared.restaurant },
    { account: accounts.courier(courierId ?? 'none'), amount: now.courier - shared.courier },
    { account: accounts.fees, amount: now.fees - shared.fees },
    { account: accounts.tax, amount: now.tax - shared.tax },
  ];
  return transfer({ orderId, what: `split/${version + 1}`, currency }, { from: accounts.clearing(orderId), to });
}
