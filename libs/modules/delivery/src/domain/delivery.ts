import type { DataOf } from '@thali/kit/core';
import type { DeliveryStatus, RequestDelivery } from '@thali/contracts';

/** Where the meal is taken from, and where it goes. */
export type Route = Pick<DataOf<typeof RequestDelivery>, 'pickUpAt' | 'deliverTo'>;

/** Somebody who brings meals. On autopilot they do at once what a courier would do. */
export interface Courier {
  readonly courierId: string;
  readonly name: string;
  readonly autopilot: boolean;
}

/**
 * The bringing of one order. It searches a courier, asking one after another; the one who accepts takes the meal over from the
 * kitchen once it is ready, and hands it to the customer. A courier who gives up before the pick-up starts the search again.
 */
export interface Delivery {
  readonly orderId: string;
  readonly deliveryId: string;
  readonly status: DeliveryStatus;
  /** Null when it was called off before it was ever asked for. */
  readonly route: Route | null;
  /** Whether it searches and there is nobody to ask right now. */
  readonly waiting: boolean;
  readonly mealReady: boolean;
  readonly courier: Courier | null;
  /** Numbers the couriers it was given to, from 1; it only grows. Only the newest may do anything for it. */
  readonly fence: number;
  readonly searchUntil: Date;
  readonly version: number;
}

export type DeliveryEvent =
  | { readonly type: 'Assigned'; readonly courier: Courier }
  | { readonly type: 'OfferDeclined' | 'OfferExpired' | 'SearchResumed' }
  | { readonly type: 'SearchEnded'; readonly reason: string }
  | { readonly type: 'MealReady' | 'PickedUp' | 'Delivered' }
  | { readonly type: 'GaveUp'; readonly reason: string; readonly searchUntil: Date }
  | { readonly type: 'Failed' | 'Cancelled'; readonly reason: string };

/** A delivery that begins to search. */
export function requestDelivery(request: Pick<Delivery, 'orderId' | 'deliveryId' | 'route' | 'searchUntil'>): Delivery {
  return { ...request, status: 'searching', waiting: false, mealReady: false, courier: null, fence: 0, version: 1 };
}

/** What stands in the place of a delivery that was called off before it was asked for: the request will find it and do nothing. */
export function neverAskedFor(delivery: Pick<Delivery, 'orderId' | 'deliveryId' | 'searchUntil'>): Delivery {
  return { ...requestDelivery({ ...delivery, route: null }), status: 'cancelled' };
}

export function evolve(delivery: Delivery, event: DeliveryEvent): Delivery {
  switch (event.type) {
    case 'Assigned':
      return { ...delivery, status: 'assigned', courier: event.courier, fence: delivery.fence + 1 };
    case 'OfferDeclined':
    case 'OfferExpired':
      return delivery;
    case 'SearchResumed':
      return { ...delivery, waiting: false };
    case 'SearchEnded':
      return { ...delivery, status: 'no-courier', waiting: false };
    case 'MealReady':
      return { ...delivery, mealReady: true };
    case 'PickedUp':
      return { ...delivery, status: 'picked-up' };
    case 'Delivered':
      return { ...delivery, status: 'delivered' };
    case 'GaveUp':
      return { ...delivery, status: 'searching', courier: null, searchUntil: event.searchUntil };
    case 'Failed':
      return { ...delivery, status: 'failed' };
    case 'Cancelled':
      return { ...delivery, status: 'cancelled', courier: null, waiting: false };
  }
}
