import { Parse } from '@thali/kit/http';
import Stripe from 'stripe';
import { z } from 'zod';
import { webhookNotGenuine } from './errors';

/** The header that carries the signature: `t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>.<raw body>">`. */
export const signatureHeader = 'stripe-signature';

const toleranceSeconds = 300;

/** For the description of the API: what is signed is checked first, and then read. */
export const ProviderWebhook = z
  .looseObject({
    id: z.string(),
    type: z.string().meta({ example: 'payment_intent.amount_capturable_updated' }),
    data: z.looseObject({ object: z.looseObject({ id: z.string(), object: z.string() }) }),
  })
  .meta({ id: 'ProviderWebhook' });

/** What the provider tells us unasked, as far as we look at it: a hint that something has to be looked up. */
export interface ProviderEvent {
  readonly id: string;
  readonly type: string;
  /** Name of the object that it is about: an intent, a refund, a dispute, a payout. */
  readonly about: string;
  /** Our own name for the hold that it is about, where it is about one. */
  readonly hold: string | null;
  /** Our own name for what it is about, where the provider was told. */
  readonly orderId: string | null;
}

/**
 * Reads an event, if these very bytes come from a sender that knows a secret of ours, and come now.
 *
 * @param secrets the present one, and former ones while they are being replaced.
 * @throws {DomainError} `payment.webhook-not-genuine` (forbidden)
 * @throws {InvalidInput} when it is genuine, and no event.
 */
export function readWebhook(
  rawBody: string,
  signature: string | undefined,
  secrets: readonly string[],
  now: Date,
): ProviderEvent {
  if (!secrets.some((secret) => isGenuine(rawBody, signature ?? '', secret, now))) throw webhookNotGenuine();
  const { id, type, data } = new Parse(ProviderWebhook).transform(JSON.parse(rawBody));
  const { order, hold } = (data.object.metadata ?? {}) as { order?: unknown; hold?: unknown };
  return {
    id,
    type,
    about: data.object.id,
    hold: typeof hold === 'string' ? hold : null,
    orderId: typeof order === 'string' ? order : null,
  };
}

/** Stripe's client refuses what is too old; nothing may come from the future either, where it would stay fresh. */
function isGenuine(rawBody: string, signature: string, secret: string, now: Date): boolean {
  try {
    Stripe.webhooks.constructEvent(rawBody, signature, secret, toleranceSeconds, undefined, now.getTime());
  } catch {
    return false;
  }
  const [, signedAt] = /(?:^|,)t=(\d+)/.exec(signature) ?? [];
  return Number(signedAt) - now.getTime() / 1_000 <= toleranceSeconds;
}
