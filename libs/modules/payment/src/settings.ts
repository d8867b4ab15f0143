import { milliseconds, settingsFrom } from '@thali/kit/nest';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Shares } from './domain/ledger';

/** How long the simulated provider takes. */
export interface SimulatorSettings {
  readonly fastestMs: number;
  readonly slowestMs: number;
  /** For the card that is answered late. */
  readonly lateMs: number;
}

/** Half at most, so that the two shares never exceed the whole. */
const permille = (byDefault: number) => {
  const words = 'a whole number of thousandths, from 0 to 500';
  return z.coerce.number(words).int(words).min(0, words).max(500, words).default(byDefault);
};

const shortestSecret = 16;

/** Not set: a secret of this process's own, which only its own simulator knows. */
const secrets = z
  .string()
  .default(() => randomBytes(32).toString('base64url'))
  .transform((text) => text.split(',').map((secret) => secret.trim()))
  .refine(
    (all) => all.every(({ length }) => length >= shortestSecret),
    `secrets of at least ${shortestSecret} characters, separated by commas`,
  )
  .transform((all) => all as [string, ...string[]]);

interface Values {
  /** How long the provider may take to answer before the call is in doubt. */
  readonly answerWithinMs: number;
  /** The first pause before a call in doubt is looked up; it doubles each time. */
  readonly askAgainAfterMs: number;
  readonly shares: Shares;
  /** What the provider signs its webhooks with: the present secret, and former ones while they are being replaced. */
  readonly webhookSecrets: readonly [string, ...string[]];
  readonly simulator: SimulatorSettings;
}

/** How the module calls the provider, and how what was paid is shared. */
export class PaymentSettings extends settingsFrom(
  {
    THALI_PAYMENT_ANSWER_WITHIN_MS: milliseconds(2_000),
    THALI_PAYMENT_ASK_AGAIN_AFTER_MS: milliseconds(500),
    THALI_PAYMENT_COURIER_PERMILLE: permille(120),
    THALI_PAYMENT_FEE_PERMILLE: permille(150),
    THALI_PAYMENT_WEBHOOK_SECRETS: secrets,
    THALI_PAYMENT_PROVIDER_FASTEST_MS: milliseconds(5),
    THALI_PAYMENT_PROVIDER_SLOWEST_MS: milliseconds(30),
    THALI_PAYMENT_PROVIDER_LATE_MS: milliseconds(12_000),
  },
  (read): Values => ({
    answerWithinMs: read.THALI_PAYMENT_ANSWER_WITHIN_MS,
    askAgainAfterMs: read.THALI_PAYMENT_ASK_AGAIN_AFTER_MS,
    shares: { courierPermille: read.THALI_PAYMENT_COURIER_PERMILLE, feePermille: read.THALI_PAYMENT_FEE_PERMILLE },
    webhookSecrets: read.THALI_PAYMENT_WEBHOOK_SECRETS,
    simulator: {
      fastestMs: read.THALI_PAYMENT_PROVIDER_FASTEST_MS,
      slowestMs: read.THALI_PAYMENT_PROVIDER_SLOWEST_MS,
      lateMs: read.THALI_PAYMENT_PROVIDER_LATE_MS,
    },
  }),
) {}
