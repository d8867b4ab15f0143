import {
  PaymentAdjusted,
  PaymentAdjustmentDeclined,
  PaymentAuthorized,
  PaymentCaptureFailed,
  PaymentCaptured,
  PaymentDeclined,
  PaymentInDoubt,
  PaymentRefunded,
} from '@thali/contracts';
import { accounts, transfer, type Transfer } from './ledger';
import { advance, begin } from './next';
import { paymentIdOf, unchanged, type Response, type Call, type Decision, type Payment, type Refund } from './payment';

type Done = Extract<Response, { outcome: 'done' }>;

/**
 * What follows from the provider's answer to a call, by whatever way and how often it comes: the first answer to the call that is open
 * counts, every other changes nothing. But for one: a hold that comes to light when nobody wants it any more is released.
 */
export function apply(payment: Payment, call: Call, answer: Response): Decision {
  if (payment.call?.number !== call.number) return applyLate(payment, call, answer);
  switch (answer.outcome) {
    case 'timeout':
      return doubt(payment, call);
    case 'unknown':
      // Asking again would make a hold that nobody wants. The void that follows keeps it from being made.
      return advance({ ...close(payment), mayBeHeld: true });
    case 'refused':
      return refused(payment, call, answer.reason);
    case 'done':
      return done(payment, call, answer);
  }
}

function applyLate(payment: Payment, { kind }: Call, { outcome }: Response): Decision {
  const { status, authorized, call } = payment;
  const over = status === 'cancelled' || status === 'declined' || status === 'cancelling';
  const newHold = kind === 'authorize' && outcome === 'done' && over && authorized === 0;
  if (!newHold || (call && call.kind !== 'void')) return unchanged(payment);
  // A void under way may have been too early for it: say it once more.
  return advance({ ...payment, call: null, mayBeHeld: true });
}

function doubt(payment: Payment, call: Call): Decision {
  // Two may have asked at once: one silence counts once.
  if (payment.call?.unanswered !== call.unanswered) return unchanged(payment);
  const doubtful: Payment = { ...payment, call: { ...call, unanswered: call.unanswered + 1 } };
  if (payment.status !== 'authorizing') return unchanged(doubtful);
  return unchanged({ ...doubtful, status: 'in-doubt' }, PaymentInDoubt({ orderId: payment.orderId }));
}

function done(payment: Payment, call: Call, { amount, reference }: Done): Decision {
  const { orderId, currency, status, captured, refunded } = payment;
  const money = { amount: call.amount, currency };
  const closed = close(payment);
  switch (call.kind) {
    case 'authorize': {
      const held: Payment = { ...closed, authorized: call.amount, reference };
      if (status === 'cancelling') return advance(held);
      const outgoing = [PaymentAuthorized({ orderId, paymentId: paymentIdOf(orderId), amount: money })];
      return advance({ ...held, status: 'authorized' }, { outgoing });
    }
    case 'adjust': {
      if (isOutdated(payment, call)) return advance({ ...closed, authorized: call.amount });
      const revision = payment.adjustment?.revision ?? payment.revision;
      const outgoing = status === 'cancelling' ? [] : [PaymentAdjusted({ orderId, revision, amount: money })];
      return advance({ ...closed, authorized: call.amount, adjustment: null, revision }, { outgoing });
    }
    case 'capture': {
      const transfers = [moved(payment, call, accounts.provider, accounts.clearing(orderId))];
      const taken: Payment = { ...closed, captured: captured + call.amount };
      if (status === 'cancelling') return advance(taken, { transfers });
      return advance(
        { ...taken, status: 'captured' },
        { outgoing: [PaymentCaptured({ orderId, amount: money })], transfers },
      );
    }
    case 'void':
      // The provider's word is the last: what it held is what it gave us and what it has released.
      return advance({ ...closed, voided: amount, authorized: captured + amount, mayBeHeld: false });
    case 'refund': {
      const { refundId } = call;
      const transfers = [moved(payment, call, accounts.clearing(orderId), accounts.provider)];
      const outgoing = refundId ? [PaymentRefunded({ orderId, refundId, amount: money })] : [];
      const refunds = ended(payment, refundId, 'done');
      return advance({ ...closed, refunded: refunded + call.amount, refunds }, { outgoing, transfers });
    }
  }
}

function refused(payment: Payment, call: Call, reason: string): Decision {
  const { orderId, status, adjustment } = payment;
  const closed = close(payment);
  switch (call.kind) {
    case 'authorize':
      if (status === 'cancelling') return advance(closed);
      return advance({ ...closed, status: 'declined' }, { outgoing: [PaymentDeclined({ orderId, reason })] });
    case 'adjust': {
      if (isOutdated(payment, call)) return advance(closed);
      const revision = adjustment?.revision ?? payment.revision;
      const outgoing = status === 'cancelling' ? [] : [PaymentAdjustmentDeclined({ orderId, revision, reason })];
      return advance({ ...closed, adjustment: null }, { outgoing });
    }
    case 'capture':
      // What cannot be taken cannot be kept.
      if (status === 'cancelling') return advance({ ...closed, keep: 0 });
      return advance(
        { ...closed, status: 'capture-failed' },
        { outgoing: [PaymentCaptureFailed({ orderId, reason })] },
      );
    case 'void':
      return unchanged(begin(closed, { ...call, unanswered: call.unanswered + 1 }));
    case 'refund':
      if (call.refundId) return advance({ ...closed, refunds: ended(payment, call.refundId, 'failed') });
      // A cancellation is never given up: after a pause it is tried again, as a new call.
      return unchanged(begin(closed, { ...call, unanswered: call.unanswered + 1 }));
  }
}

/** Whether another amount is wanted by now. */
function isOutdated({ adjustment, status }: Payment, { amount }: Call): boolean {
  return status !== 'cancelling' && adjustment !== null && adjustment.amount !== amount;
}

function moved({ orderId, currency }: Payment, { kind, number, amount }: Call, from: string, to: string): Transfer {
  return transfer({ orderId, what: `${kind}/${number}`, currency }, { from, to: [{ account: to, amount }] });
}

/** The call has its answer; the card is not needed any more. */
function close(payment: Payment): Payment {
  return { ...payment, call: null, sealedToken: null };
}

function ended({ refunds }: Payment, refundId: string | null, status: Refund['status']): readonly Refund[] {
  return refunds.map((refund) => (refund.refundId === refundId ? { ...refund, status } : refund));
}
