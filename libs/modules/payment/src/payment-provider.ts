import type { Dispute, Response } from './domain/payment';

/** A hold as the provider knows it: a payment intent. */
export interface IntentOf {
  /** Of the hold, the same for ever: an intent made with it is made once. */
  readonly key: string;
  readonly orderId: string;
  /** The provider's name for it, where it is known already. */
  readonly intent: string | null;
  /** What we first asked to hold, in the minor unit of the currency. */
  readonly asked: number;
  readonly currency: string;
}

/** Something we ask of the provider. */
export interface ProviderRequest extends IntentOf {
  readonly kind: 'authorize' | 'increase' | 'capture' | 'void' | 'refund';
  /** The same for every repetition: the provider does it once and gives the same response again. */
  readonly callKey: string;
  /** In the minor unit of the currency. */
  readonly amount: number;
}

/** Whose money is to be held: a token of the customer's card, or the card of a hold that was granted before. */
export type Card = { readonly token: string } | { readonly sameAs: string };

/** The provider's word, for good. */
export type ProviderResponse = Extract<Response, { outcome: 'done' | 'refused' }>;

/**
 * The port to the company that holds and moves the money. Any method may answer late, twice or never, and may throw: then nothing is known
 * of what was done. We give up waiting after a while, `find` out, and repeat with the same key.
 */
export abstract class PaymentProvider {
  /** Holds the amount. */
  abstract authorize(request: ProviderRequest, card: Card): Promise<ProviderResponse>;

  /** Holds this amount, in all, instead of the one held: a greater one. */
  abstract increase(request: ProviderRequest): Promise<ProviderResponse>;

  /** Takes the amount out of what is held, and releases the rest. */
  abstract capture(request: ProviderRequest): Promise<ProviderResponse>;

  /**
   * Releases all that is held, and ends the hold for good: a request for it that is still on its way is refused when it arrives. The
   * response's amount is all that was ever released of it.
   */
  abstract void(request: ProviderRequest): Promise<ProviderResponse>;

  /** Gives back a part of what was taken. */
  abstract refund(request: ProviderRequest): Promise<ProviderResponse>;

  /** What became of an earlier request. */
  abstract find(request: ProviderRequest): Promise<ProviderResponse | { readonly outcome: 'unknown' }>;

  /** A dispute as it stands now: what is withdrawn from us for the time being, and for which order. */
  abstract findDispute(disputeId: string): Promise<Omit<Dispute, 'disputeId'> & { readonly orderId: string | null }>;

  /** A payout as it stands now. */
  abstract findPayout(payoutId: string): Promise<{ isPaid: boolean; amount: number; currency: string }>;
}
