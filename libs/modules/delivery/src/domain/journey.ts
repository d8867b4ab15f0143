import type { Delivery, DeliveryEvent } from './delivery';
import { mealNotReady, reassigned, wrongTime } from './errors';

/** The fence of the courier who acts. Without one, the present courier is taken to act. */
export type FencingToken = number | undefined;

/** The kitchen has the meal ready. */
export function readyMeal(delivery: Delivery): DeliveryEvent[] {
  const awaited = delivery.status === 'searching' || delivery.status === 'assigned';
  return awaited && !delivery.mealReady ? [{ type: 'MealReady' }] : [];
}

/** @throws {DomainError} (conflict) `delivery.reassigned`, `delivery.meal-not-ready` or `delivery.cannot-pick-up` */
export function pickUp(delivery: Delivery, fence: FencingToken): DeliveryEvent[] {
  refuseFormerCourier(delivery, fence);
  if (delivery.status === 'picked-up') return [];
  if (delivery.status !== 'assigned') throw wrongTime('pick-up', delivery.status);
  if (!delivery.mealReady) throw mealNotReady();
  return [{ type: 'PickedUp' }];
}

/** @throws {DomainError} (conflict) `delivery.reassigned` or `delivery.cannot-deliver` */
export function deliver(delivery: Delivery, fence: FencingToken): DeliveryEvent[] {
  refuseFormerCourier(delivery, fence);
  if (delivery.status === 'delivered') return [];
  if (delivery.status !== 'picked-up') throw wrongTime('deliver', delivery.status);
  return [{ type: 'Delivered' }];
}

/**
 * The courier cannot go on. Before the pick-up another courier is looked for, until `searchUntil`; after it the meal is lost.
 *
 * @throws {DomainError} (conflict) `delivery.reassigned` or `delivery.cannot-fail`
 */
export function fail(delivery: Delivery, fence: FencingToken, reason: string, searchUntil: Date): DeliveryEvent[] {
  refuseFormerCourier(delivery, fence);
  if (delivery.status === 'failed') return [];
  if (delivery.status === 'assigned') return [{ type: 'GaveUp', reason, searchUntil }];
  if (delivery.status === 'picked-up') return [{ type: 'Failed', reason }];
  throw wrongTime('fail', delivery.status);
}

/** Cancels it wherever it is; what has ended stays as it ended. */
export function cancel(delivery: Delivery, reason: string): DeliveryEvent[] {
  const inFlight = ['searching', 'assigned', 'picked-up'].includes(delivery.status);
  return inFlight ? [{ type: 'Cancelled', reason }] : [];
}

function refuseFormerCourier({ fence: present }: Delivery, fence: FencingToken): void {
  if (fence !== undefined && fence !== present) throw reassigned(present);
}
