import { DomainError } from '@thali/kit/core';

/** There is no order of this id. */
export function orderNotFound(orderId: string): DomainError {
  return new DomainError('order.not-found', 'not-found', `There is no order ${orderId}.`);
}

/** An order was asked for at a restaurant that does not exist. */
export function restaurantNotFound(restaurantId: string): DomainError {
  return new DomainError(
    'order.unknown-restaurant',
    'invalid',
    `restaurantId: there is no restaurant ${restaurantId}.`,
    { field: 'restaurantId' },
  );
}
