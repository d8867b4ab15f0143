import type { DataOf } from '@thali/kit/core';
import type { DeliveryStatus, RequestDelivery } from '@thali/contracts';

/** Where the meal is taken from, and where it goes. */
export type Route = Pick<DataOf<typeof RequestDelivery>, 'pickUpAt' | 'deliverTo'>;

/** A courier delivers meals. On autopilot, the module does what the courier would do through the API. */
export interface Courier {
  readonly courierId: string;
  readonly name: string;
  readonly autopilot: boolean;
}

/**
 * The delivery of one order. It looks for a courier, asking one after another; the one who accepts picks the meal up from the kitchen
 * once it is ready, and hands it to the customer. A courier who gives up before the pick-up starts the search again.
 */
export interface Delivery {
  readonly orderId: string;
  readonly deliveryId: string;
  readonly status: DeliveryStatus;
  /** Null when it was cancelled before it was requested. */
  readonly route: Route | null;
  /** Whether it searches and there is no courier to ask right now. */
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

/** A delivery that begins to look for a courier. */
export function requestDelivery(request: Pick<Delivery, 'orderId' | 'deliveryId' | 'route' | 'searchUntil'>): Delivery {
  return { ...request, status: 'searching', waiting: false, mealReady: false, courier: null, fence: 0, version: 1 };
}

/** The tombstone of a delivery that was cancelled before it was requested: the request will find it and do nothing. */
export function tombstone(delivery: Pick<Delivery, 'orderId' | 'deliveryId' | 'searchUntil'>): Delivery {
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
