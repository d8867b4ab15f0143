import type { Money, OrderLine } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';

/** What an order costs, by which menu. */
export interface Priced {
  menuVersion: number;
  lines: readonly OrderLine[];
  total: Money;
}

/** What the customer was shown before ordering; parts may be unknown. */
export interface Seen {
  menuVersion?: number | undefined;
  expectedTotal?: Money | undefined;
}

/**
 * Nobody pays more than what they were shown: the same or less passes, and is what is charged. With a menu version alone the
 * total that was shown is unknown, so another version is refused.
 * @throws {DomainError} `order.price-changed` (conflict) with the new lines and total; `order.menu-behind` (unavailable) when the
 *   customer has read a newer menu than this module has received yet, by which the order may well cost what they expect.
 */
export function refuseDearer(priced: Priced, { menuVersion, expectedTotal }: Seen): void {
  const isAsSeen = expectedTotal
    ? expectedTotal.currency === priced.total.currency && priced.total.amount <= expectedTotal.amount
    : menuVersion === undefined || menuVersion === priced.menuVersion;
  if (isAsSeen) return;
  if (menuVersion !== undefined && menuVersion > priced.menuVersion)
    throw new DomainError(
      'order.menu-behind',
      'unavailable',
      `Version ${menuVersion} of the menu has not arrived here yet. Nothing was ordered: try again in a second, with the same Idempotency-Key.`,
      { retryAfterSeconds: 1 },
    );
  throw new DomainError(
    'order.price-changed',
    'conflict',
    'The order costs something else now. Nothing was ordered or held: to accept, send it again with this menuVersion and with this total as expectedTotal.',
    { ...priced },
  );
}
