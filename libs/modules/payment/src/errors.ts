import { DomainError } from '@thali/kit/core';

/** There is no payment for this order, or it was cancelled before it was asked for. */
export function paymentNotFound(orderId: string): DomainError {
  return new DomainError('payment.not-found', 'not-found', `There is no payment for ${orderId}.`);
}
