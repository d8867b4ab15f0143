import { Money } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** What the provider tells us unasked: what became of a request. */
export const WebhookEvent = z
  .object({
    /** Unique: the same event may come several times. */
    eventId: z.string().min(1).max(128),
    /** Of the request that this is about. */
    key: z.string().min(1).max(128),
    orderId: z.string(),
    amount: Money,
    outcome: z.enum(['done', 'refused']),
    reference: z.string(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'WebhookEvent' });
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** The header that carries the signature: `t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>.<raw body>">`. */
export const signatureHeader = 'provider-signature';

const toleranceSeconds = 300;

export function signWebhook(rawBody: string, secret: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1_000);
  return `t=${seconds},v1=${macOf(rawBody, secret, seconds)}`;
}

/**
 * Whether these very bytes come from who knows a secret of ours, and do so now.
 *
 * @param secrets the present one, and former ones while they are being replaced.
 * @throws {DomainError} `payment.webhook-not-genuine` (forbidden)
 */
export function verifyWebhook(
  rawBody: string,
  signature: string | undefined,
  secrets: readonly string[],
  now: Date,
): void {
  const [, time, mac] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(signature ?? '') ?? [];
  const seconds = Number(time);
  const genuine = mac !== undefined && secrets.some((secret) => equal(mac, macOf(rawBody, secret, seconds)));
  if (!genuine) throw refusal('The signature is missing or wrong.');
  if (Math.abs(now.getTime() / 1_000 - seconds) > toleranceSeconds)
    throw refusal('The signature is too old, or from the future.');
}

function macOf(rawBody: string, secret: string, seconds: number): string {
  return createHmac('sha256', secret).update(`${seconds}.${rawBody}`).digest('hex');
}

/** In a time that tells nothing about how much of it was right. */
function equal(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(given, 'hex'), Buffer.from(expected, 'hex'));
}

function refusal(message: string): DomainError {
  return new DomainError('payment.webhook-not-genuine', 'forbidden', message);
}
