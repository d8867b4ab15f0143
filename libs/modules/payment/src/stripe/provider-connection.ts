import type Stripe from 'stripe';

/** The client that is pointed at the provider. */
export class ProviderConnection {
  constructor(readonly stripe: Stripe) {}
}
