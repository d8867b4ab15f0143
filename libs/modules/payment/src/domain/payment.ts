import type { Bill, PaymentView } from '@thali/contracts';
import type { Draft } from '@thali/kit/core';
import { openOf, type Hold } from './hold';
import type { Shared, Shares, Transfer } from './ledger';

type PaymentStatus = PaymentView['status'];

/**
 * The money of one order, from the first hold on a card to the last refund.
 *
 * A command decides the payment's status, and the status decides the next call to the provider. There is one call at a time. It is
 * recorded before it is made and stays open until its response is known, however long that takes; only what the provider has confirmed
 * counts as authorized, captured, voided or refunded.
 *
 * All amounts are in the minor unit of `currency`.
 */
export interface Payment {
  readonly orderId: string;
  /** The restaurant whose meal it pays for; null until the payment is asked for. */
  readonly restaurantId: string | null;
  readonly status: PaymentStatus;
  /** ISO 4217; `XXX` (no currency) until the payment is asked for. */
  readonly currency: string;
  /** What we were first asked to hold. */
  readonly asked: number;
  /** What the customer has last agreed to pay, as far as it is held. */
  readonly agreed: number;
  /** At the provider, a payment intent each. As a rule there is one. */
  readonly holds: readonly Hold[];
  /** What is to be ours in the end: what is due for a meal, or what is kept of a payment that is cancelled. */
  readonly keep: number;
  /** The amount that is to be held instead of the present one. */
  readonly adjustment: Adjustment | null;
  /** Number of the last adjustment that was made; 0 for none. */
  readonly revision: number;
  /** Number of the hold that is to be renewed, because it would end before the money is taken. */
  readonly renewing: number | null;
  readonly refunds: readonly Refund[];
  readonly disputes: readonly Dispute[];
  readonly call: Call | null;
  /** Calls so far. */
  readonly calls: number;
  /** The provider's token of the card, sealed; erased as soon as no call needs it. */
  readonly sealedToken: string | null;
  /** Agreed when the order was placed. */
  readonly shares: Shares;
  /** The courier who delivered the meal; null until then. */
  readonly courierId: string | null;
  /** What the amount is made of, as the order module has last said; null when it has not. */
  readonly bill: Bill | null;
  /** What has been shared out so far, refunds deducted. */
  readonly shared: Shared;
  /** Counts the changes; 0 as long as there was no command. */
  readonly version: number;
}

/** An amount that is to be held instead of the present one. */
interface Adjustment {
  readonly revision: number;
  readonly amount: number;
}

/** The party through whose fault a refund is due, and who bears it. */
export type Fault = 'restaurant' | 'courier' | 'platform';

/** Money that a customer gets back after it was taken. */
export interface Refund {
  readonly refundId: string;
  readonly amount: number;
  /** What of it the provider has given back: it may take several calls. */
  readonly given: number;
  /** Null when the whole order was undone afterwards: then nobody bears it. */
  readonly fault: Fault | null;
  /** What it was refunded for, where lines were named. */
  readonly lines: readonly { readonly itemId: string; readonly quantity: number }[];
  readonly reason: string;
  readonly status: 'requested' | 'done' | 'failed';
  /** ISO 8601. */
  readonly requestedAt: string;
}

/** The customer's bank has taken money back, or wants to. */
export interface Dispute {
  readonly disputeId: string;
  /** What the provider has withdrawn from us for now: zero when it was reinstated. */
  readonly withdrawn: number;
  readonly status: string;
}

/** Something the provider is asked to do and has not responded to yet. */
export interface Call {
  readonly kind: 'authorize' | 'increase' | 'capture' | 'void' | 'refund';
  /** Numbers the payment's calls from 1; with the order it is the key by which the provider knows a repetition. */
  readonly number: number;
  /** Number of the hold it is about. */
  readonly hold: number;
  /** For an increase what is to be held then, in all. A void has none: it releases whatever is held. */
  readonly amount: number;
  /** The customer's refund that this carries out, if it is one. */
  readonly refundId: string | null;
  /** How many times no response came. Above zero the call is in doubt: it is looked up before it is made again. */
  readonly unanswered: number;
}

/** What became of a call. */
export type Response =
  /** It was done. For a void, `amount` is all that was ever released of the hold. */
  | { readonly outcome: 'done'; readonly amount: number; readonly granted?: Granted }
  /** It will never be done. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** The provider has no record of it. It may still be on its way. */
  | { readonly outcome: 'unknown' }
  /** No response came in time. */
  | { readonly outcome: 'timeout' };

/** What comes with a hold that is granted. */
export interface Granted {
  /** The provider's name for it. */
  readonly intent: string;
  /** Whether the card allows it to be increased. */
  readonly increasable: boolean;
  /** When it ends, ISO 8601; null when the provider does not say. */
  readonly captureBefore: string | null;
}

/** What follows: the payment as it is then, what is sent to others, and how the money moved. */
export interface Decision {
  readonly payment: Payment;
  readonly outgoing: readonly Draft[];
  readonly transfers: readonly Transfer[];
}

/** Before the first command: nothing is held, and nothing will be. */
export function noPayment(orderId: string): Payment {
  return {
    orderId,
    restaurantId: null,
    status: 'cancelled',
    currency: 'XXX',
    asked: 0,
    agreed: 0,
    holds: [],
    keep: 0,
    adjustment: null,
    revision: 0,
    renewing: null,
    refunds: [],
    disputes: [],
    call: null,
    calls: 0,
    sealedToken: null,
    shares: { courierPermille: 0, feePermille: 0 },
    courierId: null,
    shared: { restaurant: 0, courier: 0, fees: 0, tax: 0 },
    bill: null,
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

/** The key by which the provider recognises a hold. */
export function holdKeyOf({ orderId }: Pick<Payment, 'orderId'>, hold: number): string {
  return `${orderId}/hold/${hold}`;
}

/** What could still be refunded: taken, and neither given back nor promised to be, nor withdrawn by the customer's bank. */
export function refundableOf(payment: Payment): number {
  const { captured, refunded } = totalsOf(payment);
  const promised = payment.refunds
    .filter(({ status }) => status === 'requested')
    .reduce((sum, { amount, given }) => sum + amount - given, 0);
  return Math.max(0, captured - refunded - promised - withdrawnOf(payment));
}

/** What the customer's bank has taken back. */
export function withdrawnOf({ disputes }: Pick<Payment, 'disputes'>): number {
  return disputes.reduce((sum, { withdrawn }) => sum + withdrawn, 0);
}

/** What the provider has agreed to hold, taken and released parts included; and what became of it. */
export function totalsOf({ holds }: Pick<Payment, 'holds'>) {
  const sum = (of: (hold: Hold) => number) => holds.reduce((total, hold) => total + of(hold), 0);
  return {
    authorized: sum(({ authorized }) => authorized),
    captured: sum(({ captured }) => captured),
    voided: sum(({ voided }) => voided),
    refunded: sum(({ refunded }) => refunded),
  };
}

/** What the provider holds and has neither given us nor released. */
export function heldOf(payment: Pick<Payment, 'holds'>): number {
  const { authorized, captured, voided } = totalsOf(payment);
  return authorized - captured - voided;
}

/** Whether the call in flight was overtaken: the hold that it asks for is no longer wanted. */
export function isUnwanted({ status, call }: Payment): boolean {
  return status === 'cancelling' && call?.kind === 'authorize';
}

/** Nothing to do, or nothing but to send it again. */
export function unchanged(payment: Payment, ...outgoing: Decision['outgoing']): Decision {
  return { payment, outgoing, transfers: [] };
}

/** When the first of the open holds ends, while the money is still to be taken; null when none does. */
export function firstToEnd({ status, holds }: Payment): string | null {
  if (status !== 'authorized') return null;
  const ends = holds.flatMap((hold) => (openOf(hold) > 0 && hold.captureBefore ? [hold.captureBefore] : []));
  return ends.sort()[0] ?? null;
}
