import { defineCommand, defineEvent, defineQuestion } from '@thali/kit/core';
import { z } from 'zod';
import { Money } from './money';
import { CustomerId, OfOrder, OrderLine, byOrder } from './order';

/** What an amount is made of. Amounts without a currency are in the minor unit of the lines' currency. */
export const Bill = z.object({
  lines: z.array(OrderLine),
  /** Tax that is added to the prices of the lines, or included in them. */
  tax: z.int().nonnegative(),
  taxIncluded: z.boolean(),
  deliveryFee: z.int().nonnegative(),
  tip: z.int().nonnegative(),
});
export type Bill = z.infer<typeof Bill>;

/** What a bill comes to. */
export function billTotalOf({ lines, tax, taxIncluded, deliveryFee, tip }: Bill): number {
  const items = lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0);
  return items + (taxIncluded ? 0 : tax) + deliveryFee + tip;
}

/** Hold this much of the customer's money. Answered by `payment.authorized` or `payment.declined`. */
export const AuthorizePayment = defineCommand(
  'payment.authorize',
  1,
  OfOrder.extend({
    customerId: CustomerId,
    restaurantId: z.string(),
    amount: Money,
    /** The provider's token of the card, sealed: only the payment module can open it. */
    sealedToken: z.string(),
  }),
  byOrder,
);

/**
 * Take this amount of what is held, all that was agreed for null, and release the rest: more may be held than is due while a revision is being
 * agreed on, or undone. Answered by `payment.captured` or `payment.capture-failed`.
 */
export const CapturePayment = defineCommand(
  'payment.capture',
  3,
  OfOrder.extend({ amount: Money.nullable(), bill: Bill.nullable() }),
  {
    ...byOrder,
    upcasts: { 1: (all: object) => ({ ...all, amount: null }), 2: (all: object) => ({ ...all, bill: null }) },
  },
);

/**
 * Give back everything taken or held, or maybe held, but for what is to be kept: void, refund, or both, as is needed.
 * Comes before its `payment.authorize`? Then that does nothing when it comes. Always answered by `payment.cancelled`.
 */
export const CancelPayment = defineCommand(
  'payment.cancel',
  1,
  OfOrder.extend({ keep: Money.nullable(), reason: z.string() }),
  byOrder,
);

/** Hold a new amount instead of the one held. Answered by `payment.adjusted` or `payment.adjustment-declined`. */
export const AdjustPayment = defineCommand(
  'payment.adjust',
  1,
  OfOrder.extend({ revision: z.int().positive(), amount: Money }),
  byOrder,
);

export const PaymentAuthorized = defineEvent(
  'payment.authorized',
  1,
  OfOrder.extend({ paymentId: z.string(), amount: Money }),
  byOrder,
);

/** The provider refused; nothing is held. */
export const PaymentDeclined = defineEvent('payment.declined', 1, OfOrder.extend({ reason: z.string() }), byOrder);

/** The provider has not answered: the money may be held or not, and we keep asking. */
export const PaymentInDoubt = defineEvent('payment.in-doubt', 1, OfOrder, byOrder);

export const PaymentCaptured = defineEvent('payment.captured', 1, OfOrder.extend({ amount: Money }), byOrder);

export const PaymentCaptureFailed = defineEvent(
  'payment.capture-failed',
  1,
  OfOrder.extend({ reason: z.string() }),
  byOrder,
);

/** Nothing is held any more; what was kept is the fee. */
export const PaymentCancelled = defineEvent(
  'payment.cancelled',
  1,
  OfOrder.extend({ voided: Money.nullable(), refunded: Money.nullable(), kept: Money.nullable() }),
  byOrder,
);

export const PaymentRefunded = defineEvent(
  'payment.refunded',
  1,
  OfOrder.extend({ refundId: z.string(), amount: Money }),
  byOrder,
);

export const PaymentAdjusted = defineEvent(
  'payment.adjusted',
  1,
  OfOrder.extend({ revision: z.int(), amount: Money }),
  byOrder,
);

export const PaymentAdjustmentDeclined = defineEvent(
  'payment.adjustment-declined',
  1,
  OfOrder.extend({ revision: z.int(), reason: z.string() }),
  byOrder,
);

/** The hold ends before the money can be taken, and cannot be renewed: an order that is not being cooked yet has to be stopped. */
export const PaymentExpiring = defineEvent(
  'payment.expiring',
  1,
  OfOrder.extend({ expiresAt: z.iso.datetime(), reason: z.string() }),
  byOrder,
);

/** The money of an order, as the payment module sees it. */
export const PaymentView = z.object({
  orderId: z.string(),
  paymentId: z.string(),
  status: z.enum([
    'authorizing',
    'authorized',
    'declined',
    'in-doubt',
    'capturing',
    'captured',
    'cancelling',
    'cancelled',
    'capture-failed',
  ]),
  currency: z.string(),
  authorized: z.int(),
  captured: z.int(),
  voided: z.int(),
  refunded: z.int(),
  version: z.int(),
});
export type PaymentView = z.infer<typeof PaymentView>;

export const PaymentOfOrder = defineQuestion('payment.of-order', { ask: OfOrder, answer: PaymentView.nullable() });
