import { DomainError } from '@thali/kit/core';

/** There is no order of this id. */
export function orderNotFound(orderId: string): DomainError {
  return new DomainError('order.not-found', 'not-found', `There is no order ${orderId}.`);
}
