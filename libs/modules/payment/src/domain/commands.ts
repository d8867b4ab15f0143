import {
  PaymentAdjusted,
  PaymentAdjustmentDeclined,
  PaymentCaptureFailed,
  PaymentCaptured,
  PaymentDeclined,
  type Money,
} from '@thali/contracts';
import { DomainError, type ErrorKind } from '@thali/kit/core';
import type { Shares } from './ledger';
import { advance, cancelled } from './next';
import { heldOf, refundableOf, unchanged, type Decision, type Payment, type Refund } from './payment';

/** Hold the money. Received a second time, or after a cancellation, it changes nothing. */
export function authorizePayment(
  payment: Payment,
  command: { restaurantId: string; amount: Money; sealedToken: string; shares: Shares },
): Decision {
  if (payment.version > 0) return unchanged(payment);
  const { orderId } = payment;
  const { amount, restaurantId, sealedToken, shares } = command;
  const asked: Payment = { ...payment, restaurantId, currency: amount.currency, asked: amount.amount, shares };
  if (amount.amount > 0) return advance({ ...asked, status: 'authorizing', sealedToken });
  return unchanged({ ...asked, status: 'declined' }, PaymentDeclined({ orderId, reason: 'There is nothing to pay.' }));
}

/** Take what is due, all that is held for null. What is held beyond it is released. */
export function capturePayment(payment: Payment, due: Money | null): Decision {
  const { orderId, status, captured, currency } = payment;
  if (status === 'capturing') return unchanged(payment);
  if (status === 'captured') {
    return unchanged(payment, PaymentCaptured({ orderId, amount: { amount: captured, currency } }));
  }
  if (due && due.currency !== currency)
    return unchanged(payment, PaymentCaptureFailed({ orderId, reason: `The payment is in ${currency}.` }));
  const holds = (status === 'authorized' || status === 'capture-failed') && heldOf(payment) > 0;
  if (holds) return advance({ ...payment, status: 'capturing', keep: due?.amount ?? heldOf(payment) });
  return unchanged(payment, PaymentCaptureFailed({ orderId, reason: `The payment is ${status}: nothing is held.` }));
}

/** Hold another amount than the one held. The last command counts: it may take back one that the provider has not answered yet. */
export function adjustPayment(payment: Payment, { revision, amount }: { revision: number; amount: Money }): Decision {
  const { orderId, status, authorized, currency, adjustment } = payment;
  if (adjustment?.revision === revision) return unchanged(payment);
  if (payment.revision === revision) {
    return unchanged(payment, PaymentAdjusted({ orderId, revision, amount: { amount: authorized, currency } }));
  }
  if (status === 'cancelled') return unchanged(payment, cancelled(payment));
  const possible = status === 'authorized' && amount.currency === currency && amount.amount > 0;
  if (!possible) {
    const reason = `A payment that is ${status} cannot be changed to ${amount.amount} ${amount.currency}.`;
    return unchanged(payment, PaymentAdjustmentDeclined({ orderId, revision, reason }));
  }
  return advance({ ...payment, adjustment: { revision, amount: amount.amount } });
}

/**
 * Give everything back but for what is to be kept. Received before the command to hold anything, it leaves a mark that this command will find;
 * heard again after the end, it is answered again.
 */
export function cancelPayment(payment: Payment, keep: number): Decision {
  if (payment.status === 'cancelling') return unchanged(payment);
  if (payment.status === 'cancelled') {
    const mark = payment.version === 0 ? { ...payment } : payment;
    return unchanged(mark, cancelled(payment));
  }
  // Somebody else may be making the call right now. As a call in doubt it is looked up, rather than made a second time.
  const call = payment.call && { ...payment.call, unanswered: Math.max(1, payment.call.unanswered) };
  return advance({ ...payment, status: 'cancelling', keep, call });
}

/**
 * Promise the customer money back that was taken; the promise counts at once, so that no two can exceed what there is.
 *
 * @param command.amount all that can be refunded, when there is none.
 * @throws {DomainError} `payment.cannot-refund`, `payment.refund-exceeds-captured` (conflict), `payment.other-currency` (invalid)
 */
export function requestRefund(
  payment: Payment,
  command: { refundId: string; amount?: Money | undefined; reason: string; requestedAt: string },
): Decision {
  const refundable = { amount: refundableOf(payment), currency: payment.currency };
  const amount = command.amount ?? refundable;
  const refuse = (reason: string, kind: ErrorKind, message: string) =>
    new DomainError(`payment.${reason}`, kind, message, { payment: payment.status, refundable });
  if (payment.status === 'cancelling') {
    throw refuse('cannot-refund', 'conflict', 'This payment is being cancelled: the money is on its way back.');
  }
  if (amount.currency !== refundable.currency) {
    throw refuse('other-currency', 'invalid', `This payment was made in ${refundable.currency}.`);
  }
  if (amount.amount > refundable.amount || refundable.amount === 0) {
    const message = `Only ${refundable.amount} ${refundable.currency} can still be refunded (in the minor unit).`;
    throw refuse('refund-exceeds-captured', 'conflict', message);
  }
  const { refundId, reason, requestedAt } = command;
  const refund: Refund = { refundId, amount: amount.amount, reason, requestedAt, status: 'requested' };
  return advance({ ...payment, refunds: [...payment.refunds, refund] });
}

/** The meal was brought: what was taken can be shared out, as soon as it is taken. */
export function settlePayment(payment: Payment, courierId: string): Decision {
  const over = payment.courierId !== null || payment.status === 'cancelled';
  return over ? unchanged(payment) : advance({ ...payment, courierId });
}
