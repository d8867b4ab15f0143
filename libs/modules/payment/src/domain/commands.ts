import {
  PaymentAdjusted,
  PaymentAdjustmentDeclined,
  PaymentCaptureFailed,
  PaymentDeclined,
  type Bill,
  type Money,
} from '@thali/contracts';
import { accounts, transfer, type Shares } from './ledger';
import { advance, cancelled, captured } from './next';
import { settle } from './settle';
import { heldOf, unchanged, withdrawnOf, type Decision, type Dispute, type Payment } from './payment';
import { openOf } from './hold';

/** Hold the money. Received a second time, or after a cancellation, it changes nothing. */
export function authorizePayment(
  payment: Payment,
  command: { restaurantId: string; amount: Money; sealedToken: string; shares: Shares },
): Decision {
  if (payment.version > 0) return unchanged(payment);
  const { orderId } = payment;
  const { amount, restaurantId, sealedToken, shares } = command;
  const asked: Payment = {
    ...payment,
    restaurantId,
    currency: amount.currency,
    asked: amount.amount,
    agreed: amount.amount,
    shares,
  };
  if (amount.amount > 0) return advance({ ...asked, status: 'authorizing', sealedToken });
  return unchanged({ ...asked, status: 'declined' }, PaymentDeclined({ orderId, reason: 'There is nothing to pay.' }));
}

/** Take what is due, all that was agreed for null. What is held beyond it is released. */
export function capturePayment(
  payment: Payment,
  { amount: due, bill }: { amount: Money | null; bill: Bill | null },
): Decision {
  const { orderId, status, currency, agreed } = payment;
  if (status === 'capturing') return unchanged(payment);
  if (status === 'captured') return unchanged(payment, captured(payment));
  if (due && due.currency !== currency)
    return unchanged(payment, PaymentCaptureFailed({ orderId, reason: `The payment is in ${currency}.` }));
  const holds = (status === 'authorized' || status === 'capture-failed') && heldOf(payment) > 0;
  const keep = due?.amount ?? agreed;
  if (holds) return advance({ ...payment, status: 'capturing', keep, renewing: null, bill: bill ?? payment.bill });
  return unchanged(payment, PaymentCaptureFailed({ orderId, reason: `The payment is ${status}: nothing is held.` }));
}

/**
 * Hold another amount than the one held: more is asked of the provider; of less, less is taken later. The last command counts: it may take
 * back one that the provider has not responded to yet.
 */
export function adjustPayment(payment: Payment, { revision, amount }: { revision: number; amount: Money }): Decision {
  const { orderId, status, agreed, currency, adjustment } = payment;
  if (adjustment?.revision === revision) return unchanged(payment);
  if (payment.revision === revision) {
    return unchanged(payment, PaymentAdjusted({ orderId, revision, amount: { amount: agreed, currency } }));
  }
  if (status === 'cancelled') return unchanged(payment, cancelled(payment));
  const possible = status === 'authorized' && amount.currency === currency && amount.amount > 0;
  if (!possible) {
    const reason =
      amount.currency === currency
        ? `The payment is ${status}: it cannot be changed any more.`
        : `The payment is in ${currency}.`;
    return unchanged(payment, PaymentAdjustmentDeclined({ orderId, revision, reason }));
  }
  return advance({ ...payment, adjustment: { revision, amount: amount.amount } });
}

/**
 * Give everything back but for what is to be kept. Received before the command to hold anything, it leaves a tombstone that this command
 * will find; received again after the end, it is answered again.
 */
export function cancelPayment(payment: Payment, keep: number): Decision {
  if (payment.status === 'cancelling') return unchanged(payment);
  if (payment.status === 'cancelled') {
    const tombstone = payment.version === 0 ? { ...payment } : payment;
    return unchanged(tombstone, cancelled(payment));
  }
  // Another handler may be making the call right now. As a call in doubt it is looked up, rather than made a second time.
  const call = payment.call && { ...payment.call, unanswered: Math.max(1, payment.call.unanswered) };
  // Where all is undone, nobody has to bear what was given back before.
  const refunds = payment.refunds.map((refund) => ({ ...refund, fault: null }));
  return advance({ ...payment, status: 'cancelling', keep, call, refunds, adjustment: null, renewing: null });
}

/** The meal was delivered: what was taken can be shared out, as soon as it is taken. */
export function settlePayment(payment: Payment, courierId: string): Decision {
  const over = payment.courierId !== null || payment.status === 'cancelled';
  return over ? unchanged(payment) : advance({ ...payment, courierId });
}

/** The first of the holds ends soon: the money is held anew before, unless it is being taken or given back. */
export function renewHold(payment: Payment): Decision {
  const { status, holds, renewing } = payment;
  const ending = holds
    .filter((hold) => openOf(hold) > 0 && hold.captureBefore !== null)
    .sort((one, other) => (one.captureBefore! < other.captureBefore! ? -1 : 1))[0];
  if (status !== 'authorized' || !ending || renewing !== null) return unchanged(payment);
  return advance({ ...payment, renewing: ending.number });
}

/** The response to the open call may be known by now: the call is looked up, instead of being waited for. */
export function doubtCall(payment: Payment): Decision {
  const { call } = payment;
  return call && call.unanswered === 0
    ? unchanged({ ...payment, call: { ...call, unanswered: 1 } })
    : unchanged(payment);
}

/** The customer's bank has withdrawn money, or reinstated it: we bear it. What the provider says of a dispute last counts. */
export function recordDispute(payment: Payment, dispute: Dispute): Decision {
  const { orderId, currency, disputes } = payment;
  const before = disputes.find(({ disputeId }) => disputeId === dispute.disputeId);
  if (before?.withdrawn === dispute.withdrawn && before.status === dispute.status) return unchanged(payment);
  const others = disputes.filter(({ disputeId }) => disputeId !== dispute.disputeId);
  const after: Payment = { ...payment, disputes: [...others, dispute] };
  const amount = withdrawnOf(after) - withdrawnOf(payment);
  if (amount === 0) return settle(after, {});
  const what = `dispute/${payment.version + 1}`;
  const moved = transfer(
    { orderId, what, currency },
    { from: accounts.losses, to: [{ account: accounts.provider, amount }] },
  );
  return settle(after, { transfers: [moved] });
}
