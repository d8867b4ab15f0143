import type { Bill } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';
import { apply } from '../src/domain/responses';
import type { Shares } from '../src/domain/ledger';
import {
  noPayment,
  totalsOf,
  type Response,
  type Decision,
  type Fault,
  type Granted,
  type Payment,
} from '../src/domain/payment';
import { adjustPayment, authorizePayment, cancelPayment, capturePayment, settlePayment } from '../src/domain/commands';
import { requestRefund, type RefundedLine } from '../src/domain/refund';

export const orderId = 'ord_01h455vb4pex5vsknk084sn02q';
export const restaurantId = 'rst_01h455vb4pex5vsknk084sn02q';
export const courierId = 'cou_01h455vb4pex5vsknk084sn02q';

/** What a dinner for two costs. */
export const dinner = { amount: 2_400, currency: 'EUR' };
export const euros = (amount: number) => ({ amount, currency: 'EUR' });

/** 12 % to the courier, 15 % to us. */
const shares: Shares = { courierPermille: 120, feePermille: 150 };

/** Something that happens to a payment. */
export type Step = (payment: Payment) => Decision;

export const toBeHeld: Step = (payment) =>
  authorizePayment(payment, { restaurantId, amount: dinner, sealedToken: 'sealed', shares });
export const toBeTaken: Step = (payment) => capturePayment(payment, { amount: null, bill: null });
export const toBeTakenInPart =
  (due: number): Step =>
  (payment) =>
    capturePayment(payment, { amount: euros(due), bill: null });
/** Two portions at 10.00, taxed with 7 %, and a delivery fee. */
export const bill: Bill = {
  lines: [{ itemId: 'dosa', name: 'Masala dosa', quantity: 2, unitPrice: euros(1_000), modifierIds: [] }],
  tax: 140,
  taxIncluded: false,
  deliveryFee: 260,
  tip: 0,
};
export const toBeTakenByBill: Step = (payment) => capturePayment(payment, { amount: dinner, bill });
export const ofLines =
  (lines: readonly RefundedLine[]): Step =>
  (payment) =>
    requestRefund(payment, {
      refundId: 'ref_1',
      lines,
      fault: 'restaurant',
      reason: 'cold',
      requestedAt: '2026-11-21T12:00:00Z',
    });
export const toBeCancelled: Step = (payment) => cancelPayment(payment, 0);
export const toBeCancelledKeeping =
  (keep: number): Step =>
  (payment) =>
    cancelPayment(payment, keep);
export const toBeChangedTo =
  (amount: number, revision = 1): Step =>
  (payment) =>
    adjustPayment(payment, { revision, amount: euros(amount) });
export const toBeRefunded =
  (amount?: number, refundId = 'ref_1', fault: Fault = 'platform'): Step =>
  (payment) =>
    requestRefund(payment, {
      refundId,
      amount: amount === undefined ? undefined : euros(amount),
      fault,
      reason: 'cold',
      requestedAt: '2026-11-21T12:00:00Z',
    });
export const delivered: Step = (payment) => settlePayment(payment, courierId);

/** The provider answers the open call. */
const answered =
  (answer: (amount: number) => Response): Step =>
  (payment) => {
    if (!payment.call) throw new Error(`there is no call to answer: the payment is ${payment.status}`);
    return apply(payment, payment.call, answer(payment.call.amount));
  };
/** What comes with a hold on a card that can be increased. */
export const granted: Granted = { intent: 'pi_1', increasable: true, captureBefore: '2026-11-28T12:00:00.000Z' };

export const done = answered((amount) => ({ outcome: 'done', amount, granted }));
/** Done, on a card whose holds cannot be increased. */
export const doneOnce = answered((amount) => ({
  outcome: 'done',
  amount,
  granted: { ...granted, increasable: false },
}));
export const released = (amount: number) => answered(() => ({ outcome: 'done', amount }));
export const refused = answered(() => ({ outcome: 'refused', reason: 'No.' }));
export const timedOut = answered(() => ({ outcome: 'timeout' }));
export const neverHeardOf = answered(() => ({ outcome: 'unknown' }));

/** A payment after all this has happened to it, one thing after the other. */
export function aPaymentThatWas(...steps: Step[]): Payment {
  return steps.reduce<Payment>((payment, step) => stored(payment, step(payment).payment), noPayment(orderId));
}

/** As it is read again: a change raises the version. */
export function stored(before: Payment, after: Payment): Payment {
  return after === before ? before : { ...after, version: before.version + 1 };
}

/** The code of the refusal. */
export function refusalOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
  throw new Error('it was not refused');
}

/** With what its holds come to. */
export function seen(payment: Payment) {
  return { ...payment, ...totalsOf(payment), mayBeHeld: payment.holds.some(({ mayBeHeld }) => mayBeHeld) };
}
