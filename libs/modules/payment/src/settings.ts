import { milliseconds, settingsFrom } from '@thali/kit/nest';
import { z } from 'zod';
import { bankKey } from './bank/bank.settings';
import type { Shares } from './domain/ledger';
import { webhookSecrets } from './webhook-secrets';

/** Half at most, so that the two shares never exceed the whole. */
const permille = (byDefault: number) => {
  const words = 'a whole number of thousandths, from 0 to 500';
  return z.coerce.number(words).int(words).min(0, words).max(500, words).default(byDefault);
};

interface Values {
  /** How long the provider may take to answer before the call is in doubt. */
  readonly answerWithinMs: number;
  /** The first pause before a call in doubt is looked up; it doubles each time. */
  readonly askAgainAfterMs: number;
  /** How long before its end a hold is renewed. */
  readonly renewBeforeMs: number;
  readonly shares: Shares;
  readonly provider: {
    /** Where the provider answers; undefined when this process is to bring a bank of its own. */
    readonly url: string | undefined;
    readonly secretKey: string;
    /** What it signs its webhooks with: the present secret, and former ones while they are being replaced. */
    readonly webhookSecrets: readonly [string, ...string[]];
  };
}

/** How the module calls the provider, and how what was paid is shared. */
export class PaymentSettings extends settingsFrom(
  {
    THALI_PAYMENT_ANSWER_WITHIN_MS: milliseconds(2_000),
    THALI_PAYMENT_ASK_AGAIN_AFTER_MS: milliseconds(500),
    THALI_PAYMENT_RENEW_BEFORE_MS: milliseconds(86_400_000),
    THALI_PAYMENT_COURIER_PERMILLE: permille(120),
    THALI_PAYMENT_FEE_PERMILLE: permille(150),
    THALI_PAYMENT_PROVIDER_URL: z.url('an HTTP URL such as https://api.stripe.com').optional(),
    THALI_STRIPE_KEY: z
      .string()
      .regex(/^[sr]k_(test|live)_/, 'a secret key of Stripe such as sk_test_…')
      .optional(),
    THALI_PAYMENT_WEBHOOK_SECRETS: webhookSecrets,
  },
  (read): Values => ({
    answerWithinMs: read.THALI_PAYMENT_ANSWER_WITHIN_MS,
    askAgainAfterMs: read.THALI_PAYMENT_ASK_AGAIN_AFTER_MS,
    renewBeforeMs: read.THALI_PAYMENT_RENEW_BEFORE_MS,
    shares: { courierPermille: read.THALI_PAYMENT_COURIER_PERMILLE, feePermille: read.THALI_PAYMENT_FEE_PERMILLE },
    provider: {
      url: read.THALI_PAYMENT_PROVIDER_URL ?? (read.THALI_STRIPE_KEY && 'https://api.stripe.com'),
      secretKey: read.THALI_STRIPE_KEY ?? bankKey,
      webhookSecrets: read.THALI_PAYMENT_WEBHOOK_SECRETS,
    },
  }),
) {}
