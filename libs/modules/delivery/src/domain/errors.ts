import { DomainError } from '@thali/kit/core';
import type { DeliveryStatus } from '@thali/contracts';

/** There is no delivery of this id. */
export function deliveryNotFound(deliveryId: string): DomainError {
  return new DomainError('delivery.not-found', 'not-found', `There is no delivery ${deliveryId}.`);
}

/** There is no courier of this id. */
export function courierNotFound(courierId: string): DomainError {
  return new DomainError('delivery.courier-not-found', 'not-found', `There is no courier ${courierId}.`);
}

/** There is no offer of this id. */
export function offerNotFound(offerId: string): DomainError {
  return new DomainError('delivery.offer-not-found', 'not-found', `There is no offer ${offerId}.`);
}

/** The offer can no longer be answered: what became of it is part of the code. */
export function offerClosed(became: keyof typeof whyClosed): DomainError {
  return new DomainError(`delivery.offer-${became}`, 'conflict', whyClosed[became]);
}

const whyClosed = {
  accepted: 'This offer was accepted already. To give the delivery back before the pick-up, fail it.',
  declined: 'This offer was declined; another courier is being asked.',
  expired: 'This offer was not answered in time; another courier is being asked.',
  withdrawn: 'This offer was withdrawn: the order does not need a courier any more.',
};

/** A former courier of the delivery acts for it. @param fence of the present courier. */
export function reassigned(fence: number): DomainError {
  return new DomainError('delivery.reassigned', 'conflict', 'This delivery has been given to another courier.', {
    fence,
  });
}

/** The courier is at the kitchen too early. */
export function mealNotReady(): DomainError {
  return new DomainError('delivery.meal-not-ready', 'conflict', 'The kitchen does not have the meal ready yet.');
}

/** The delivery is not at the point where this can be done. */
export function wrongTime(verb: 'pick-up' | 'deliver' | 'fail', status: DeliveryStatus): DomainError {
  return new DomainError(`delivery.cannot-${verb}`, 'conflict', `${sentence[verb]} ${standing[status]}.`, { status });
}

const sentence = {
  'pick-up': 'This delivery cannot be picked up: it',
  deliver: 'This delivery cannot be completed: it',
  fail: 'This delivery cannot fail: it',
};

const standing: Record<DeliveryStatus, string> = {
  searching: 'is still looking for a courier',
  assigned: 'has not been picked up yet',
  'picked-up': 'is on its way',
  delivered: 'was delivered',
  failed: 'has failed',
  cancelled: 'was cancelled',
  'no-courier': 'found no courier',
};
