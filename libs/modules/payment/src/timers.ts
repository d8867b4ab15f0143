import { OfOrder, byOrder } from '@thali/contracts';
import { defineCommand } from '@thali/kit/core';
import { cancelScheduled, schedule } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { firstToEnd, type Call, type Payment } from './domain/payment';
import type { PaymentSettings } from './settings';

/** A call to the provider has to be made, or one in doubt to be looked up. Does nothing when there is none any more. */
export const ContinuePayment = defineCommand('payment.continue', 1, OfOrder, byOrder);

/** A hold ends soon. Does nothing when the money was taken or given back meanwhile. */
export const RenewHold = defineCommand('payment.renew-hold', 1, OfOrder, byOrder);

const longestPauseMs = 30_000;

type Pauses = Pick<PaymentSettings, 'askAgainAfterMs' | 'renewBeforeMs'>;

/** Sets the timers that a change of the payment asks for. */
export function setTimers(
  tx: Tx,
  { before, after }: { before: Payment; after: Payment },
  { askAgainAfterMs, renewBeforeMs }: Pauses,
): void {
  const { orderId, call } = after;
  if (call && call !== before.call)
    schedule(tx, ContinuePayment({ orderId }), { afterMs: pauseMs(call, askAgainAfterMs) });
  setRenewal(tx, { before, after }, renewBeforeMs);
}

/** One timer per payment, for the hold that ends first. */
export function setRenewal(
  tx: Tx,
  { before, after }: { before: Payment; after: Payment },
  renewBeforeMs: number,
): void {
  const { orderId } = after;
  const ends = firstToEnd(after);
  if (ends === firstToEnd(before)) return;
  if (ends === null) return cancelScheduled(tx, RenewHold, orderId);
  // A hold that is shorter than that is renewed halfway.
  const leftMs = Math.max(0, Date.parse(ends) - tx.now.getTime());
  schedule(tx, RenewHold({ orderId }), { afterMs: leftMs - Math.min(renewBeforeMs, leftMs / 2) });
}

/** Twice as long after each time-out, with jitter, so that calls which timed out together are not repeated together. */
function pauseMs({ unanswered }: Call, askAgainAfterMs: number): number {
  if (unanswered === 0) return 0;
  return Math.min(longestPauseMs, askAgainAfterMs * 2 ** (unanswered - 1)) * (0.5 + Math.random() / 2);
}
