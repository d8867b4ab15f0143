import type { PaymentView } from '@thali/contracts';
import type { Draft } from '@thali/kit/core';
import type { Shares, Transfer } from './ledger';

export type PaymentStatus = PaymentView['status'];

/**
 * The money of one order, from the hold on a card to the last refund.
 *
 * What it is asked for decides its status, and its status decides what has to be said to the provider next: the `call`. There is one
 * call at a time. It is recorded before it is made and stays until its answer is known, however long that takes; only what the
 * provider has confirmed counts as `authorized`, `captured`, `voided` or `refunded`.
 *
 * All amounts are in the minor unit of `currency`.
 */
export interface Payment {
  readonly orderId: string;
  /** Whose meal it pays for; null until somebody asks for it. */
  readonly restaurantId: string | null;
  readonly status: PaymentStatus;
  /** ISO 4217; `XXX` (no currency) until somebody asks for it. */
  readonly currency: string;
  /** What we were asked to hold. */
  readonly asked: number;
  /** What the provider has agreed to hold, taken and released parts included. */
  readonly authorized: number;
  readonly captured: number;
  readonly voided: number;
  readonly refunded: number;
  /** What is to be ours in the end: what is due for a meal, or what is kept of a payment that is cancelled. */
  readonly keep: number;
  /** We stopped asking for a hold without having heard whether there is one: it must be released in any case. */
  readonly mayBeHeld: boolean;
  /** The hold that is to replace the present one. */
  readonly adjustment: Adjustment | null;
  /** Number of the last adjustment that was made; 0 for none. */
  readonly revision: number;
  readonly refunds: readonly Refund[];
  readonly call: Call | null;
  /** Calls so far. */
  readonly calls: number;
  /** The provider's token of the card, sealed; erased as soon as no call needs it. */
  readonly sealedToken: string | null;
  /** The provider's own name for the hold, for talking to its support. */
  readonly reference: string | null;
  /** Agreed when the order was placed. */
  readonly shares: Shares;
  /** Who brought the meal; null until it is delivered. */
  readonly courierId: string | null;
  /** What has been shared out between restaurant, courier and us, refunds deducted. */
  readonly settled: number;
  /** Counts the changes; 0 as long as nobody has asked for anything. */
  readonly version: number;
}

/** A hold that is to replace the present one. */
export interface Adjustment {
  readonly revision: number;
  readonly amount: number;
}

/** Money that a customer gets back after it was taken. */
export interface Refund {
  readonly refundId: string;
  readonly amount: number;
  readonly reason: string;
  readonly status: 'requested' | 'done' | 'failed';
  /** ISO 8601. */
  readonly requestedAt: string;
}

/** Something to be said to the provider that it has not answered yet. */
export interface Call {
  readonly kind: 'authorize' | 'adjust' | 'capture' | 'void' | 'refund';
  /** Numbers the payment's calls from 1; with the order it is the key by which the provider knows a repetition. */
  readonly number: number;
  /** A void has none: it releases whatever is held. */
  readonly amount: number;
  /** The customer's refund that this carries out, if it is one. */
  readonly refundId: string | null;
  /** How many times no answer came. Above zero the call is in doubt: look it up before making it again. */
  readonly unanswered: number;
}

/** What became of a call. */
export type Response =
  /** It was done. For a void, `amount` is all that was ever released of the order's hold. */
  | { readonly outcome: 'done'; readonly amount: number; readonly reference: string }
  /** It will never be done. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** The provider has never heard of it. It may still be on its way. */
  | { readonly outcome: 'unknown' }
  /** No answer came in time. */
  | { readonly outcome: 'timeout' };

/** What follows: the payment as it is then, what the others are told, and how the money moved. */
export interface Decision {
  readonly payment: Payment;
  readonly outgoing: readonly Draft[];
  readonly transfers: readonly Transfer[];
}

/** Before anybody has asked for anything: nothing is held, and nothing will be. */
export function noPayment(orderId: string): Payment {
  return {
    orderId,
    restaurantId: null,
    status: 'cancelled',
    currency: 'XXX',
    asked: 0,
    authorized: 0,
    captured: 0,
    voided: 0,
    refunded: 0,
    keep: 0,
    mayBeHeld: false,
    adjustment: null,
    revision: 0,
    refunds: [],
    call: null,
    calls: 0,
    sealedToken: null,
    reference: null,
    shares: { courierPermille: 0, feePermille: 0 },
    courierId: null,
    settled: 0,
    version: 0,
  };
}

/** An order has one payment: the payment's id is the order's, under another name. */
export function paymentIdOf(orderId: string): string {
  return orderId.replace(/^ord_/, 'pay_');
}

/** The key by which the provider recognises a call when it is made again. */
export function keyOf({ orderId }: Pick<Payment, 'orderId'>, { kind, number }: Pick<Call, 'kind' | 'number'>): string {
  return `${orderId}/${number}/${kind}`;
}

/** The call that a key stands for: the open one, or the one that asked for the hold. Others need no answer any more. */
export function callOf(payment: Payment, key: string): Call | null {
  const hold: Call = { kind: 'authorize', number: 1, amount: payment.asked, refundId: null, unanswered: 0 };
  return [payment.call, hold].find((call) => call && keyOf(payment, call) === key) ?? null;
}

/** What the provider holds and has neither given us nor released. */
export function heldOf({ authorized, captured, voided }: Payment): number {
  return authorized - captured - voided;
}

/** What could still be refunded: taken, and neither given back nor promised to be. */
export function refundableOf({ captured, refunded, refunds }: Payment): number {
  const promised = refunds.filter(({ status }) => status === 'requested').reduce((sum, { amount }) => sum + amount, 0);
  return captured - refunded - promised;
}

/** Whether the call under way was overtaken: nobody wants the hold any more that it asks for. */
export function isUnwanted({ status, call }: Payment): boolean {
  return status === 'cancelling' && call?.kind === 'authorize';
}

/** Nothing to do, or nothing but to say it again. */
export function unchanged(payment: Payment, ...outgoing: Draft[]): Decision {
  return { payment, outgoing, transfers: [] };
}
