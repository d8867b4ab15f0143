import {
  PaymentAdjustmentDeclined,
  PaymentAuthorized,
  PaymentCaptureFailed,
  PaymentDeclined,
  PaymentExpiring,
  PaymentInDoubt,
  PaymentRefunded,
} from '@thali/contracts';
import { openOf, type Hold } from './hold';
import { accounts, transfer, type Transfer } from './ledger';
import { advance, begin } from './next';
import {
  heldOf,
  holdKeyOf,
  paymentIdOf,
  totalsOf,
  unchanged,
  type Call,
  type Decision,
  type Payment,
  type Response,
} from './payment';

type Done = Extract<Response, { outcome: 'done' }>;

/**
 * What follows from the provider's response to a call, by whatever way and how often it comes: the first response to the open call counts,
 * every other changes nothing. But for one: a hold that comes to light when it is no longer wanted is released.
 */
export function apply(payment: Payment, call: Call, response: Response): Decision {
  if (payment.call?.number !== call.number) return applyLate(payment, call, response);
  switch (response.outcome) {
    case 'timeout':
      return doubt(payment, call);
    case 'unknown':
      // Asking again would make a hold that is not wanted. The void that follows keeps it from being made.
      return advance(withHold(close(payment), call, () => ({ mayBeHeld: true })));
    case 'refused':
      return refused(payment, call, response.reason);
    case 'done':
      return done(payment, call, response);
  }
}

/** The provider tells us, unasked, of a hold that is no longer wanted: it is released, and what it was is looked at then. */
export function releaseLateHold(payment: Payment, holdKey: string | null): Decision {
  const { status, call } = payment;
  const over = status === 'cancelled' || status === 'declined' || status === 'cancelling';
  const late = payment.holds.find((hold) => holdKeyOf(payment, hold.number) === holdKey && hold.authorized === 0);
  if (!late || !over || (call && call.kind !== 'void')) return unchanged(payment);
  // A void in flight may have been too early for it: it is made once more.
  return advance(withHold({ ...payment, call: null }, { hold: late.number }, () => ({ mayBeHeld: true })));
}

function applyLate(payment: Payment, { kind, hold }: Call, { outcome }: Response): Decision {
  return kind === 'authorize' && outcome === 'done'
    ? releaseLateHold(payment, holdKeyOf(payment, hold))
    : unchanged(payment);
}

function doubt(payment: Payment, call: Call): Decision {
  // Two handlers may have made the call at once: one time-out counts once.
  if (payment.call?.unanswered !== call.unanswered) return unchanged(payment);
  const doubtful: Payment = { ...payment, call: { ...call, unanswered: call.unanswered + 1 } };
  if (payment.status !== 'authorizing') return unchanged(doubtful);
  return unchanged({ ...doubtful, status: 'in-doubt' }, PaymentInDoubt({ orderId: payment.orderId }));
}

function done(payment: Payment, call: Call, response: Done): Decision {
  const { orderId, currency } = payment;
  const closed = close(payment);
  switch (call.kind) {
    case 'authorize':
      return held(closed, call, response);
    case 'increase':
      return advance(withHold(closed, call, () => ({ authorized: call.amount })));
    case 'capture': {
      const transfers = [moved(payment, call, accounts.provider, accounts.clearing(orderId))];
      // The provider releases the rest by itself.
      const taken = (hold: Hold) => ({ captured: call.amount, voided: hold.voided + openOf(hold) - call.amount });
      return advance(withHold(closed, call, taken), { transfers });
    }
    case 'void': {
      // The provider's word is the last: what it held is what it gave us and what it has released.
      const { amount } = response;
      const over = ({ captured }: Hold) => ({ voided: amount, authorized: captured + amount, mayBeHeld: false });
      return advance(withHold(closed, call, over));
    }
    case 'refund': {
      const transfers = [moved(payment, call, accounts.clearing(orderId), accounts.provider)];
      const given = withHold(closed, call, ({ refunded }) => ({ refunded: refunded + call.amount }));
      const refunds = payment.refunds.map((refund) => {
        if (refund.refundId !== call.refundId) return refund;
        const sum = refund.given + call.amount;
        return { ...refund, given: sum, status: sum === refund.amount ? ('done' as const) : refund.status };
      });
      const ended = refunds.find(({ refundId, status }) => refundId === call.refundId && status === 'done');
      const outgoing = ended
        ? [PaymentRefunded({ orderId, refundId: ended.refundId, amount: { amount: ended.amount, currency } })]
        : [];
      return advance({ ...given, refunds }, { outgoing, transfers });
    }
  }
}

/** The first hold is announced; a second one counts towards an adjustment, or replaces the one that would end too soon. */
function held(payment: Payment, call: Call, { granted }: Done): Decision {
  const { orderId, currency, status } = payment;
  const now = withHold(payment, call, () => ({ ...granted, authorized: call.amount }));
  const renewed = isRenewal(payment, call) ? { ...now, renewing: null } : now;
  if (status !== 'authorizing' && status !== 'in-doubt') return advance(renewed);
  const amount = { amount: call.amount, currency };
  const outgoing = [PaymentAuthorized({ orderId, paymentId: paymentIdOf(orderId), amount })];
  return advance({ ...renewed, status: 'authorized' }, { outgoing });
}

function refused(payment: Payment, call: Call, reason: string): Decision {
  const { orderId, status } = payment;
  const closed = close(payment);
  switch (call.kind) {
    case 'authorize':
      if (status === 'cancelling') return advance(closed);
      if (status === 'authorizing' || status === 'in-doubt')
        return advance({ ...closed, status: 'declined' }, { outgoing: [PaymentDeclined({ orderId, reason })] });
      return isRenewal(payment, call) ? notRenewed(closed, reason) : notIncreased(closed, call, reason);
    case 'increase':
      return notIncreased(closed, call, reason);
    case 'capture':
      // What cannot be taken cannot be kept.
      if (status === 'cancelling')
        return advance({ ...closed, keep: Math.min(closed.keep, totalsOf(closed).captured) });
      return advance(
        { ...closed, status: 'capture-failed' },
        { outgoing: [PaymentCaptureFailed({ orderId, reason })] },
      );
    case 'void':
      return unchanged(begin(closed, call, call.unanswered + 1));
    case 'refund':
      // A cancellation is never given up: after a pause it is tried again, as a new call.
      if (!call.refundId) return unchanged(begin(closed, call, call.unanswered + 1));
      return advance({ ...closed, refunds: failed(payment, call.refundId) });
  }
}

function notIncreased(payment: Payment, call: Call, reason: string): Decision {
  const { orderId, adjustment, holds } = payment;
  const others = holds.filter(({ number }) => number !== call.hold);
  // Another amount may be wanted by now: that one is tried, or needs no increase.
  const isOutdated = adjustment?.amount !== heldOf({ holds: others }) + call.amount;
  if (!adjustment || isOutdated) return advance(payment);
  const { revision } = adjustment;
  const outgoing = [PaymentAdjustmentDeclined({ orderId, revision, reason })];
  return advance({ ...payment, adjustment: null }, { outgoing });
}

function notRenewed(payment: Payment, reason: string): Decision {
  const { orderId, holds, renewing } = payment;
  const expiresAt = holds.find(({ number }) => number === renewing)?.captureBefore;
  const outgoing = expiresAt ? [PaymentExpiring({ orderId, expiresAt, reason })] : [];
  return advance({ ...payment, renewing: null }, { outgoing });
}

function isRenewal({ holds }: Payment, call: Call): boolean {
  return holds.some(({ number, renews }) => number === call.hold && renews !== null);
}

function moved({ orderId, currency }: Payment, { kind, number, amount }: Call, from: string, to: string): Transfer {
  return transfer({ orderId, what: `${kind}/${number}`, currency }, { from, to: [{ account: to, amount }] });
}

/** The call has its response; the card is not needed any more. */
function close(payment: Payment): Payment {
  return { ...payment, call: null, sealedToken: null };
}

function withHold(payment: Payment, call: Pick<Call, 'hold'>, change: (hold: Hold) => Partial<Hold>): Payment {
  const holds = payment.holds.map((hold) => (hold.number === call.hold ? { ...hold, ...change(hold) } : hold));
  return { ...payment, holds };
}

function failed({ refunds }: Payment, refundId: string): Payment['refunds'] {
  return refunds.map((refund) => (refund.refundId === refundId ? { ...refund, status: 'failed' as const } : refund));
}
