/** Money held on a card: at the provider, one payment intent. Amounts in the minor unit of the payment's currency. */
export interface Hold {
  /** From 1 within its payment. */
  readonly number: number;
  /** What we asked to hold. */
  readonly asked: number;
  /** What the provider has agreed to hold, taken and released parts included. */
  readonly authorized: number;
  readonly captured: number;
  readonly voided: number;
  readonly refunded: number;
  /** We stopped asking for it without knowing whether it is there: it must be released in any case. */
  readonly mayBeHeld: boolean;
  /** The provider's name for it; null until it is granted. */
  readonly intent: string | null;
  readonly increasable: boolean;
  /** When the provider lets it go by itself, ISO 8601. */
  readonly captureBefore: string | null;
  /** Number of the hold that this one replaces. */
  readonly renews: number | null;
}

export function newHold(number: number, asked: number, renews: number | null): Hold {
  const nothing = { authorized: 0, captured: 0, voided: 0, refunded: 0 };
  return { number, asked, ...nothing, mayBeHeld: false, intent: null, increasable: false, captureBefore: null, renews };
}

/** What can still be taken of it. */
export function openOf({ authorized, captured, voided }: Hold): number {
  return authorized - captured - voided;
}

/** What was taken of it and can be given back. */
export function keptOf({ captured, refunded }: Hold): number {
  return captured - refunded;
}
