import { malformed, missing } from './errors';
import { textAt, type Fields } from './form';

/** @throws {StripeError} when it is no whole number above zero. */
export function amountIn(fields: Fields, name: string): number {
  const text = textAt(fields, name);
  if (text === undefined) throw missing(name);
  const amount = Number(text);
  if (!Number.isSafeInteger(amount) || amount <= 0) throw malformed(name, 'must be greater than or equal to 1');
  return amount;
}

export function currencyIn(fields: Fields): string {
  const currency = textAt(fields, 'currency')?.toUpperCase();
  if (currency === undefined) throw missing('currency');
  if (!/^[A-Z]{3}$/.test(currency)) throw malformed('currency', 'must be an ISO 4217 code');
  return currency;
}

/** The token of a card, or the payment method that was made of one. */
export function tokenIn(fields: Fields): string {
  const token = textAt(fields, 'payment_method') ?? textAt(fields, 'payment_method_data', 'card', 'token');
  if (token === undefined) throw missing('payment_method');
  return token;
}

export function metadataIn({ metadata }: Fields): Readonly<Record<string, string>> {
  const entries = typeof metadata === 'object' ? Object.entries(metadata) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
