import type { Response } from './domain/payment';

/** Something we ask of the provider. */
export interface ProviderRequest {
  /** The same for every repetition: the provider does it once and gives the same answer again. */
  readonly key: string;
  readonly orderId: string;
  /** In the minor unit of the currency. */
  readonly amount: number;
  readonly currency: string;
}

/** The provider's word, for good. */
export type ProviderResponse = Extract<Response, { outcome: 'done' | 'refused' }>;

/**
 * Who holds and moves the money. Any method may answer late, twice or never, and may throw: then nothing is known of what was done.
 * We give up waiting after a while, `find` out, and repeat with the same key.
 */
export abstract class PaymentProvider {
  /** Holds the amount. @param request.token the provider's name for a card. */
  abstract authorize(request: ProviderRequest & { readonly token: string }): Promise<ProviderResponse>;

  /** Holds this amount instead of the one held. */
  abstract adjust(request: ProviderRequest): Promise<ProviderResponse>;

  /** Takes the amount out of what is held. The rest stays held. */
  abstract capture(request: ProviderRequest): Promise<ProviderResponse>;

  /**
   * Releases all that is held for the order, and ends its hold for good: a request for it that is still on its way is refused when it
   * arrives. (With a provider that has payment intents: cancel the intent.) The answer's amount is all that was ever released.
   */
  abstract void(request: ProviderRequest): Promise<ProviderResponse>;

  /** Gives back a part of what was taken. */
  abstract refund(request: ProviderRequest): Promise<ProviderResponse>;

  /** What became of an earlier request. */
  abstract find(
    request: Pick<ProviderRequest, 'key' | 'orderId'>,
  ): Promise<ProviderResponse | { readonly outcome: 'unknown' }>;
}
