import type { Books } from './books';
import { cardOf, methodOf } from './cards';
import type { LoggedEntry } from './provider-log';

/** What the bank answers, in Stripe's words. See https://docs.stripe.com/api. */
export type StripeObject = Readonly<Record<string, unknown>>;

const seconds = (ms: number) => Math.floor(ms / 1_000);

/** @param expand which of its references are answered as the objects that they name. */
export function intentObject(books: Books, metadata: object, expand: readonly string[] = []): StripeObject {
  const { intent, amount, currency, status, captured, token, charge, declined, createdAt } = books;
  const isHeld = status === 'requires_capture';
  return {
    id: intent,
    object: 'payment_intent',
    amount,
    amount_capturable: isHeld ? amount : 0,
    amount_received: captured,
    capture_method: 'manual',
    created: seconds(createdAt),
    currency: currency.toLowerCase(),
    last_payment_error: declined === null ? null : { type: 'card_error', code: 'card_declined', message: declined },
    latest_charge: charge && expand.includes('latest_charge') ? chargeObject(books) : charge,
    livemode: false,
    metadata,
    payment_method: token && methodOf(token),
    payment_method_types: ['card'],
    status,
  };
}

function chargeObject(books: Books): StripeObject {
  const { charge, amount, captured, released, refunded, currency, status, token, intent, disputed } = books;
  const given = status === 'canceled' ? released : refunded;
  return {
    id: charge,
    object: 'charge',
    amount,
    amount_captured: captured,
    amount_refunded: given,
    captured: status === 'succeeded',
    currency: currency.toLowerCase(),
    disputed,
    paid: true,
    payment_intent: intent,
    payment_method: token && methodOf(token),
    payment_method_details: {
      type: 'card',
      card: {
        capture_before: books.captureBefore === null ? null : seconds(books.captureBefore),
        incremental_authorization: { status: cardOf(token).increasable ? 'available' : 'unavailable' },
      },
    },
    refunded: given === amount,
    status: 'succeeded',
  };
}

export function refundObject({ reference, intent, amount, currency, metadata, at }: LoggedEntry): StripeObject {
  return {
    id: reference,
    object: 'refund',
    amount,
    created: seconds(at),
    currency: currency.toLowerCase(),
    metadata,
    payment_intent: intent,
    status: 'succeeded',
  };
}

export function disputeObject({ reference, intent, amount, currency, reason, at }: LoggedEntry): StripeObject {
  return {
    id: reference,
    object: 'dispute',
    amount,
    created: seconds(at),
    currency: currency.toLowerCase(),
    livemode: false,
    payment_intent: intent,
    reason: 'general',
    status: reason ?? 'needs_response',
  };
}

export function payoutObject({ reference, amount, currency, at }: LoggedEntry): StripeObject {
  return {
    id: reference,
    object: 'payout',
    amount,
    arrival_date: seconds(at),
    created: seconds(at),
    currency: currency.toLowerCase(),
    livemode: false,
    status: 'paid',
  };
}

export function listOf(url: string, data: readonly StripeObject[]): StripeObject {
  return { object: 'list', url, has_more: false, data };
}
