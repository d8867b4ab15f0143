import { billTotalOf, type Bill } from '@thali/contracts';

/** An account's part in a transfer, in minor units: above zero it receives, below zero it gives. */
export interface Posting {
  readonly account: string;
  readonly amount: number;
}

/** Money that moves between accounts in one currency: two or more postings that sum to zero. */
export interface Transfer {
  readonly orderId: string;
  /** What it records; an order has one of each, so nothing can be posted twice. */
  readonly what: string;
  readonly currency: string;
  readonly postings: readonly Posting[];
}

/** How what was taken is shared out, in thousandths of it. The restaurant gets the rest. */
export interface Shares {
  readonly courierPermille: number;
  readonly feePermille: number;
}

/** The chart of accounts. No more can be given out of clearing than is in it; the database sees to it. The others may come to owe us. */
export const accounts = {
  /** Where money enters and leaves: minus what the provider owes us. */
  provider: 'provider',
  /** Minus what the provider has paid out to our bank account. */
  bank: 'bank',
  /** What was taken for an order and not yet shared out. */
  clearing: (orderId: string) => `clearing:${orderId}`,
  /** What we owe. */
  restaurant: (restaurantId: string) => `restaurant:${restaurantId}`,
  courier: (courierId: string) => `courier:${courierId}`,
  /** What we have earned. */
  fees: 'fees',
  /** What we owe the tax office for the restaurants. */
  tax: 'tax',
  /** Minus what customers' banks have taken back. */
  losses: 'losses',
};

/** Moves the sum of `to` out of `from`: balanced by construction. Amounts may be below zero, then they come back. */
export function transfer(
  about: Pick<Transfer, 'orderId' | 'what' | 'currency'>,
  { from, to }: { from: string; to: readonly Posting[] },
): Transfer {
  const sum = to.reduce((total, { amount }) => total + amount, 0);
  const postings = [{ account: from, amount: -sum }, ...to].filter(({ amount }) => amount !== 0);
  if (postings.length < 2) throw new Error(`${about.what} of ${about.orderId} moves nothing`);
  return { ...about, postings };
}

/** What each has got of an order. */
export interface Shared {
  readonly restaurant: number;
  /** Tips included. */
  readonly courier: number;
  readonly fees: number;
  readonly tax: number;
}

/**
 * Who gets what of the amount that was paid. The tax is the tax office's and the tip the courier's, where what was paid is what the bill
 * comes to; of a part of it, such as the fee of a cancelled order, neither is due. The rest is shared in whole minor units; what does not
 * divide evenly is the restaurant's.
 */
export function sharesOf(
  paid: number,
  { courierPermille, feePermille }: Shares,
  { delivered, bill }: { delivered: boolean; bill: Bill | null },
): Shared {
  const whole = delivered && bill !== null && billTotalOf(bill) === paid;
  const [tip, tax] = whole ? [bill.tip, bill.tax] : [0, 0];
  const rest = paid - tip - tax;
  const courier = delivered ? Math.floor((rest * courierPermille) / 1_000) : 0;
  const fees = Math.floor((rest * feePermille) / 1_000);
  return { restaurant: rest - courier - fees, courier: courier + tip, fees, tax };
}
