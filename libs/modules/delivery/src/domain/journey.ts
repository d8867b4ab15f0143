import { DomainError } from '@thali/kit/core';
import type { Delivery, DeliveryEvent } from './delivery';

/** Which of the order's couriers speaks: their fence. Without one, the present courier is taken to speak. */
export type Speaker = number | undefined;

/** The kitchen has the meal ready. */
export function readyMeal(delivery: Delivery): DeliveryEvent[] {
  const awaited = delivery.status === 'searching' || delivery.status === 'assigned';
  return awaited && !delivery.mealReady ? [{ type: 'MealReady' }] : [];
}

/** @throws {DomainError} (conflict) `delivery.reassigned`, `delivery.meal-not-ready` or `delivery.cannot-pick-up` */
export function pickUp(delivery: Delivery, speaker: Speaker): DeliveryEvent[] {
  refuseFormerCourier(delivery, speaker);
  if (delivery.status === 'picked-up') return [];
  if (delivery.status !== 'assigned') throw wrongTime('pick-up', delivery);
  if (!delivery.mealReady)
    throw new DomainError('delivery.meal-not-ready', 'conflict', 'The kitchen does not have the meal ready yet.');
  return [{ type: 'PickedUp' }];
}

/** @throws {DomainError} (conflict) `delivery.reassigned` or `delivery.cannot-deliver` */
export function deliver(delivery: Delivery, speaker: Speaker): DeliveryEvent[] {
  refuseFormerCourier(delivery, speaker);
  if (delivery.status === 'delivered') return [];
  if (delivery.status !== 'picked-up') throw wrongTime('deliver', delivery);
  return [{ type: 'Delivered' }];
}

/**
 * The courier cannot go on. Before the pick-up somebody else is searched, until `searchUntil`; after it the meal is lost.
 *
 * @throws {DomainError} (conflict) `delivery.reassigned` or `delivery.cannot-fail`
 */
export function fail(delivery: Delivery, speaker: Speaker, reason: string, searchUntil: Date): DeliveryEvent[] {
  refuseFormerCourier(delivery, speaker);
  if (delivery.status === 'failed') return [];
  if (delivery.status === 'assigned') return [{ type: 'GaveUp', reason, searchUntil }];
  if (delivery.status === 'picked-up') return [{ type: 'Failed', reason }];
  throw wrongTime('fail', delivery);
}

/** Calls it off, wherever it is; what has ended stays as it ended. */
export function cancel(delivery: Delivery, reason: string): DeliveryEvent[] {
  const inFlight = ['searching', 'assigned', 'picked-up'].includes(delivery.status);
  return inFlight ? [{ type: 'Cancelled', reason }] : [];
}

function refuseFormerCourier({ fence }: Delivery, speaker: Speaker): void {
  if (speaker === undefined || speaker === fence) return;
  throw new DomainError('delivery.reassigned', 'conflict', 'This delivery was given to another courier meanwhile.', {
    fence,
  });
}

function wrongTime(verb: 'pick-up' | 'deliver' | 'fail', { status }: Delivery): DomainError {
  return new DomainError(`delivery.cannot-${verb}`, 'conflict', `${sentence[verb]} ${standing[status]}.`, { status });
}

const sentence = {
  'pick-up': 'This cannot be picked up: it',
  deliver: 'This cannot be delivered: it',
  fail: 'This cannot fail: it',
};

const standing: Record<Delivery['status'], string> = {
  searching: 'is still searching a courier',
  assigned: 'was not picked up yet',
  'picked-up': 'is on its way',
  delivered: 'was delivered',
  failed: 'has failed',
  cancelled: 'was called off',
  'no-courier': 'found no courier',
};
