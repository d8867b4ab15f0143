import { DomainError } from '@thali/kit/core';
import { apply } from '../src/domain/responses';
import type { Shares } from '../src/domain/ledger';
import { noPayment, type Response, type Decision, type Payment } from '../src/domain/payment';
import {
  adjustPayment,
  authorizePayment,
  cancelPayment,
  capturePayment,
  requestRefund,
  settlePayment,
} from '../src/domain/commands';

export const orderId = 'ord_01h455vb4pex5vsknk084sn02q';
export const restaurantId = 'rst_01h455vb4pex5vsknk084sn02q';
export const courierId = 'cou_01h455vb4pex5vsknk084sn02q';

/** What a dinner for two costs. */
export const dinner = { amount: 2_400, currency: 'EUR' };
export const euros = (amount: number) => ({ amount, currency: 'EUR' });

/** 12 % to the courier, 15 % to us. */
export const shares: Shares = { courierPermille: 120, feePermille: 150 };

/** Something that happens to a payment. */
export type Step = (payment: Payment) => Decision;

export const toBeHeld: Step = (payment) =>
  authorizePayment(payment, { restaurantId, amount: dinner, sealedToken: 'sealed', shares });
export const toBeTaken: Step = (payment) => capturePayment(payment, null);
export const toBeTakenInPart =
  (due: number): Step =>
  (payment) =>
    capturePayment(payment, euros(due));
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
  (amount?: number, refundId = 'ref_1'): Step =>
  (payment) =>
    requestRefund(payment, {
      refundId,
      amount: amount === undefined ? undefined : euros(amount),
      reason: 'cold',
      requestedAt: '2026-11-21T12:00:00Z',
    });
export const delivered: Step = (payment) => settlePayment(payment, courierId);

/** The provider answers the open call. */
export const answered =
  (answer: (amount: number) => Response): Step =>
  (payment) => {
    if (!payment.call) throw new Error(`there is no call to answer: the payment is ${payment.status}`);
    return apply(payment, payment.call, answer(payment.call.amount));
  };
export const done = answered((amount) => ({ outcome: 'done', amount, reference: 'psp_1' }));
export const released = (amount: number) => answered(() => ({ outcome: 'done', amount, reference: 'psp_1' }));
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
