import { z } from 'zod';

/** An amount in the currency's minor unit (cents, paise), never a fraction; and the currency by ISO 4217. */
export const Money = z
  .object({
    amount: z.int().nonnegative(),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR'),
  })
  .meta({ id: 'Money', example: { amount: 1250, currency: 'EUR' } });
export type Money = z.infer<typeof Money>;

/** An amount as people write it: `5.92 EUR`, `592 JPY`, `1.500 KWD`. */
export function amountInWords({ amount, currency }: Money): string {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  const digits = String(amount).padStart(maximumFractionDigits + 1, '0');
  const whole = digits.slice(0, digits.length - maximumFractionDigits);
  const fraction = digits.slice(digits.length - maximumFractionDigits);
  return `${whole}${fraction && `.${fraction}`} ${currency}`;
}

/** A point on the earth, in degrees (WGS 84). */
export const Location = z
  .object({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) })
  .meta({ id: 'Location', example: { lat: 52.5163, lon: 13.3777 } });
export type Location = z.infer<typeof Location>;
