import { PaymentCancelled } from '@thali/contracts';
import { accounts, split, transfer, type Transfer } from './ledger';
import { heldOf, type Call, type Decision, type Payment } from './payment';

/** What a step has said and moved by itself, before what follows from it. */
type Already = Partial<Pick<Decision, 'outgoing' | 'transfers'>>;

/** Goes on as far as it can without the provider: to the next call, or to the end of a cancellation. */
export function advance(payment: Payment, already: Already = {}): Decision {
  const next = payment.call ? null : nextCall(payment);
  if (next) return settle(begin(payment, next), already);
  if (payment.status === 'cancelling' && !payment.call) return finish(payment, already);
  return settle(payment, already);
}

/** A call under a new number: the provider takes it for a new one, whatever it answered before. */
export function begin(payment: Payment, call: Omit<Call, 'number'>): Payment {
  const number = payment.calls + 1;
  return { ...payment, calls: number, call: { ...call, number } };
}

/** Says how a cancelled payment ended. */
export function cancelled(payment: Payment) {
  const { orderId, currency, voided, refunded, captured } = payment;
  const some = (amount: number) => (amount > 0 ? { amount, currency } : null);
  return PaymentCancelled({ orderId, voided: some(voided), refunded: some(refunded), kept: some(captured - refunded) });
}

/** What has to be said to the provider for the payment to become what its status outgoing. */
function nextCall(payment: Payment): Omit<Call, 'number'> | null {
  const { status, adjustment, asked, captured, refunded, keep } = payment;
  const held = heldOf(payment);
  const due = Math.min(keep, held);
  if (status === 'authorizing') return call('authorize', asked);
  if (adjustment) return call('adjust', adjustment.amount);
  if (status === 'capturing') return call('capture', due);
  if (status === 'cancelling' && captured === 0 && due > 0) return call('capture', due);
  if (isOver(payment) && (held > 0 || payment.mayBeHeld)) return call('void', 0);
  const refund = payment.refunds.find((one) => one.status === 'requested');
  if (refund) return call('refund', refund.amount, refund.refundId);
  const excess = captured - refunded - keep;
  return status === 'cancelling' && excess > 0 ? call('refund', excess) : null;
}

function call(kind: Call['kind'], amount: number, refundId: string | null = null): Omit<Call, 'number'> {
  return { kind, amount, refundId, unanswered: 0 };
}

/** Whether nothing may be held for it any more. */
function isOver({ status }: Payment): boolean {
  return status === 'captured' || status === 'cancelling' || status === 'cancelled' || status === 'declined';
}

function finish(payment: Payment, { outgoing = [], transfers = [] }: Already): Decision {
  const done: Payment = { ...payment, status: 'cancelled' };
  return settle(done, { outgoing: [...outgoing, cancelled(done)], transfers });
}

/** Shares out what is ours to share out since the last time: all that was taken and not given back, once the order has ended. */
function settle(payment: Payment, { outgoing = [], transfers = [] }: Already): Decision {
  const { status, courierId, captured, refunded, settled } = payment;
  const net = captured - refunded;
  const ended = status === 'cancelled' || courierId !== null;
  if (!ended || net === settled) return { payment, outgoing, transfers };
  return { payment: { ...payment, settled: net }, outgoing, transfers: [...transfers, sharedOut(payment, net)] };
}

function sharedOut(payment: Payment, net: number): Transfer {
  const { orderId, currency, restaurantId, courierId, shares, settled, version } = payment;
  const before = split(settled, shares, courierId !== null);
  const after = split(net, shares, courierId !== null);
  const to = [
    { account: accounts.restaurant(restaurantId ?? 'unknown'), amount: after.restaurant - before.restaurant },
    { account: accounts.courier(courierId ?? 'none'), amount: after.courier - before.courier },
    { account: accounts.fees, amount: after.fee - before.fee },
  ];
  return transfer({ orderId, what: `split/${version + 1}`, currency }, { from: accounts.clearing(orderId), to });
}
