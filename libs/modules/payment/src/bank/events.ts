import { defineCommand } from '@thali/kit/core';
import { z } from 'zod';
import type { Books } from './books';
import type { LoggedEntry } from './provider-log';
import { disputeObject, intentObject, payoutObject, refundObject, type StripeObject } from './stripe-objects';

/** The shop has to be told of an entry of the log. */
export const SendEvent = defineCommand(
  'bank.send-event',
  1,
  z.object({ intent: z.string(), number: z.int(), nth: z.int(), outcome: z.enum(['done', 'refused']) }),
  { key: ({ intent, number, nth }) => `${intent}/${number}/${nth}` },
);

/** What is told of an entry, as Stripe's event. */
export function eventOf(entry: LoggedEntry, books: Books | null, metadata: object): StripeObject {
  const { intent, number, at } = entry;
  return {
    id: `evt_${intent.replace(/^\w+?_/, '')}_${number}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: Math.floor(at / 1_000),
    livemode: false,
    type: typeOf(entry),
    data: { object: objectOf(entry, books, metadata) },
  };
}

function typeOf({ operation, outcome, reason }: LoggedEntry): string {
  const isDone = outcome === 'done';
  switch (operation) {
    case 'create':
      return 'payment_intent.created';
    case 'authorize':
      return isDone ? 'payment_intent.amount_capturable_updated' : 'payment_intent.payment_failed';
    case 'increase':
      return isDone ? 'payment_intent.amount_capturable_updated' : 'charge.failed';
    case 'capture':
      return isDone ? 'payment_intent.succeeded' : 'charge.failed';
    case 'void':
      return 'payment_intent.canceled';
    case 'refund':
      return isDone ? 'refund.created' : 'refund.failed';
    case 'dispute':
      return reason === 'needs_response' ? 'charge.dispute.created' : 'charge.dispute.closed';
    case 'payout':
      return 'payout.paid';
  }
}

function objectOf(entry: LoggedEntry, books: Books | null, metadata: object): StripeObject {
  if (entry.operation === 'payout') return payoutObject(entry);
  if (entry.operation === 'refund') return refundObject(entry);
  if (entry.operation === 'dispute') return disputeObject(entry);
  return books ? intentObject(books, metadata) : {};
}
