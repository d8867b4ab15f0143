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

/** The chart of accounts. Every other account than the provider's must never fall below zero; the database sees to it. */
export const accounts = {
  /** Where money enters and leaves: minus what the provider owes us. */
  provider: 'provider',
  /** What was taken for an order and not yet shared out. */
  clearing: (orderId: string) => `clearing:${orderId}`,
  /** What we owe. */
  restaurant: (restaurantId: string) => `restaurant:${restaurantId}`,
  courier: (courierId: string) => `courier:${courierId}`,
  /** What we have earned. */
  fees: 'fees',
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

/** Who gets what of an amount. Whole minor units; what does not divide evenly is the restaurant's. */
export function split(amount: number, { courierPermille, feePermille }: Shares, delivered: boolean) {
  const courier = delivered ? Math.floor((amount * courierPermille) / 1_000) : 0;
  const fee = Math.floor((amount * feePermille) / 1_000);
  return { restaurant: amount - courier - fee, courier, fee };
}
