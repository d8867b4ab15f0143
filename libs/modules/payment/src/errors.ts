import { DomainError } from '@thali/kit/core';

/** There is no payment for this order, or it was cancelled before it was asked for. */
export function paymentNotFound(orderId: string): DomainError {
  return new DomainError('payment.not-found', 'not-found', `There is no payment for ${orderId}.`);
}

/** A webhook was not signed by the provider, or long ago. */
export function webhookNotGenuine(): DomainError {
  const detail = 'The signature is missing, wrong, too old, or from the future.';
  return new DomainError('payment.webhook-not-genuine', 'forbidden', detail);
}
