import { PaymentAdjusted, PaymentCancelled, PaymentCaptured } from '@thali/contracts';
import type { Draft } from '@thali/kit/core';
import { keptOf, newHold, openOf, type Hold } from './hold';
import { settle } from './settle';
import { heldOf, totalsOf, type Call, type Decision, type Payment } from './payment';

/** What a step has sent and moved by itself, before what follows from it. */
export type Already = Partial<Pick<Decision, 'outgoing' | 'transfers'>>;

type NextCall = Omit<Call, 'number' | 'unanswered'>;

/** Goes on as far as it can without the provider: to the next call, or to what is reached without one. */
export function advance(payment: Payment, already: Already = {}): Decision {
  if (payment.call) return settle(payment, already);
  const call = nextCall(payment);
  if (call) return settle(begin(payment, call), already);
  const reached = reach(payment);
  if (!reached) return settle(payment, already);
  const { outgoing = [], transfers = [] } = already;
  return advance(reached.payment, { outgoing: [...outgoing, reached.tell(reached.payment)], transfers });
}

/** A call under a new number: the provider takes it for a new one, whatever it answered before. */
export function begin(payment: Payment, call: NextCall, unanswered = 0): Payment {
  const number = payment.calls + 1;
  const holds =
    call.kind === 'authorize' && !payment.holds.some((hold) => hold.number === call.hold)
      ? [...payment.holds, newHold(call.hold, call.amount, payment.renewing)]
      : payment.holds;
  return { ...payment, holds, calls: number, call: { ...call, number, unanswered } };
}

/** How a cancelled payment ended. */
export function cancelled(payment: Payment) {
  const { orderId, currency } = payment;
  const { voided, refunded, captured } = totalsOf(payment);
  const some = (amount: number) => (amount > 0 ? { amount, currency } : null);
  return PaymentCancelled({ orderId, voided: some(voided), refunded: some(refunded), kept: some(captured - refunded) });
}

/** What has to be asked of the provider for the payment to become what its status says. */
function nextCall(payment: Payment): NextCall | null {
  const { status, asked } = payment;
  if (status === 'authorizing') return authorize(payment, asked);
  return (
    release(payment, isRenewed) ??
    adjust(payment) ??
    take(payment) ??
    release(payment, isOver) ??
    renew(payment) ??
    giveBack(payment)
  );
}

/** More is to be held: the hold is increased where the card allows that, else a second one is made for the difference. */
function adjust(payment: Payment): NextCall | null {
  const { adjustment, holds } = payment;
  const missing = (adjustment?.amount ?? 0) - heldOf(payment);
  if (!adjustment || missing <= 0) return null;
  const hold = holds.find((one) => one.increasable && openOf(one) > 0);
  return hold ? call('increase', hold, openOf(hold) + missing) : authorize(payment, missing);
}

/** What is due is taken from the holds in turn. What a hold has beyond that, the provider releases with it. */
function take(payment: Payment): NextCall | null {
  const { status, keep, holds } = payment;
  if (status !== 'capturing' && status !== 'cancelling') return null;
  const due = keep - totalsOf(payment).captured;
  const hold = holds.find((one) => openOf(one) > 0);
  return hold && due > 0 ? call('capture', hold, Math.min(due, openOf(hold))) : null;
}

function release(payment: Payment, unwanted: (payment: Payment, hold: Hold) => boolean): NextCall | null {
  const hold = payment.holds.find((one) => (openOf(one) > 0 || one.mayBeHeld) && unwanted(payment, one));
  return hold ? call('void', hold, 0) : null;
}

/** Nothing may be held any more for a payment that is over, nor in a hold that we have stopped asking for. */
function isOver({ status }: Payment, { mayBeHeld }: Hold): boolean {
  return (
    mayBeHeld || status === 'captured' || status === 'cancelling' || status === 'cancelled' || status === 'declined'
  );
}

/** The money is held a second time, in a hold that ends later. */
function isRenewed({ holds }: Payment, { number }: Hold): boolean {
  return holds.some(({ renews, authorized }) => renews === number && authorized > 0);
}

function renew(payment: Payment): NextCall | null {
  const { status, renewing, holds } = payment;
  const hold = holds.find(({ number }) => number === renewing);
  return status === 'authorized' && hold && openOf(hold) > 0 ? authorize(payment, openOf(hold)) : null;
}

/** A refund may need several calls, one for each hold from which money was taken. */
function giveBack(payment: Payment): NextCall | null {
  const { status, keep, holds, refunds } = payment;
  const hold = holds.find((one) => keptOf(one) > 0);
  if (!hold) return null;
  const refund = refunds.find((one) => one.status === 'requested');
  if (refund) return call('refund', hold, Math.min(refund.amount - refund.given, keptOf(hold)), refund.refundId);
  const { captured, refunded } = totalsOf(payment);
  const excess = captured - refunded - keep;
  return status === 'cancelling' && excess > 0 ? call('refund', hold, Math.min(excess, keptOf(hold))) : null;
}

function authorize({ holds }: Payment, amount: number): NextCall {
  return call('authorize', { number: holds.length + 1 }, amount);
}

function call(
  kind: Call['kind'],
  hold: Pick<Hold, 'number'>,
  amount: number,
  refundId: string | null = null,
): NextCall {
  return { kind, hold: hold.number, amount, refundId };
}

/** A payment without an open call has come to the end of something, and what there is to tell. */
function reach(payment: Payment): { payment: Payment; tell: (payment: Payment) => Draft } | null {
  const { orderId, status, currency, adjustment } = payment;
  if (adjustment) {
    const { revision, amount } = adjustment;
    const tell = () => PaymentAdjusted({ orderId, revision, amount: { amount, currency } });
    return { payment: { ...payment, agreed: amount, adjustment: null, revision }, tell };
  }
  if (status === 'capturing') return { payment: { ...payment, status: 'captured' }, tell: captured };
  if (status === 'cancelling') return { payment: { ...payment, status: 'cancelled' }, tell: cancelled };
  return null;
}

/** How much was taken. */
export function captured(payment: Payment): Draft {
  const { orderId, currency } = payment;
  return PaymentCaptured({ orderId, amount: { amount: totalsOf(payment).captured, currency } });
}
