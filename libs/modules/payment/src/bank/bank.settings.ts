import { milliseconds, settingsFrom } from '@thali/kit/nest';
import { z } from 'zod';
import { webhookSecrets } from '../webhook-secrets';
import type { Holding } from './books';

/** What a shop shows to the bank when nothing else is agreed: it holds play money only. */
export const bankKey = 'sk_test_thali';

interface Values {
  /** What shops show to be let in. */
  readonly secretKey: string;
  /** How long a request takes at least and at most. */
  readonly fastestMs: number;
  readonly slowestMs: number;
  /** For the card that is answered late. */
  readonly lateMs: number;
  readonly holding: Holding;
  /** Signs the webhooks. */
  readonly webhookSecret: string;
  /** Where they go; undefined for nowhere. */
  readonly webhookUrl: string | undefined;
  /** Whether every event is sent, or only those that nothing else tells of. */
  readonly sendsAllEvents: boolean;
}

/** How the bank behaves. */
export class BankSettings extends settingsFrom(
  {
    THALI_STRIPE_KEY: z.string().default(bankKey),
    THALI_BANK_FASTEST_MS: milliseconds(5),
    THALI_BANK_SLOWEST_MS: milliseconds(30),
    THALI_BANK_LATE_MS: milliseconds(12_000),
    THALI_BANK_HOLD_MS: milliseconds(7 * 86_400_000),
    THALI_BANK_SHORT_HOLD_MS: milliseconds(60_000),
    THALI_PAYMENT_WEBHOOK_SECRETS: webhookSecrets,
    THALI_BANK_WEBHOOK_URL: z.url('an HTTP URL such as http://payment:3000/payments/webhooks').optional(),
    THALI_BANK_EVENTS: z.enum(['all', 'needed'], 'all or needed').default('needed'),
  },
  (read): Values => ({
    secretKey: read.THALI_STRIPE_KEY,
    fastestMs: read.THALI_BANK_FASTEST_MS,
    slowestMs: read.THALI_BANK_SLOWEST_MS,
    lateMs: read.THALI_BANK_LATE_MS,
    holding: { holdMs: read.THALI_BANK_HOLD_MS, shortHoldMs: read.THALI_BANK_SHORT_HOLD_MS },
    webhookSecret: read.THALI_PAYMENT_WEBHOOK_SECRETS[0],
    webhookUrl: read.THALI_BANK_WEBHOOK_URL,
    sendsAllEvents: read.THALI_BANK_EVENTS === 'all',
  }),
) {}
