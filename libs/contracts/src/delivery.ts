import { defineCommand, defineEvent, defineQuestion, idOf } from '@thali/kit/core';
import { z } from 'zod';
import { Location } from './money';
import { DeliverTo, OfOrder, byOrder } from './order';

export const CourierId = idOf('cou');
export type CourierId = z.infer<typeof CourierId>;
export const DeliveryId = idOf('dlv');
export type DeliveryId = z.infer<typeof DeliveryId>;
/** An order has one delivery: its id is the order's, under another prefix. */
export const deliveryIdOf = (orderId: string): DeliveryId => orderId.replace(/^ord_/, 'dlv_');

/** Find a courier. Answered by `delivery.courier-assigned` or `delivery.no-courier-found`. */
export const RequestDelivery = defineCommand(
  'delivery.request',
  1,
  OfOrder.extend({ pickUpAt: z.object({ name: z.string(), location: Location }), deliverTo: DeliverTo }),
  byOrder,
);

/** The meal is ready: the courier may pick it up now, and not before. */
export const CollectMeal = defineCommand('delivery.collect', 1, OfOrder, byOrder);

/**
 * Call the courier off, whatever has been done or not yet heard of. Comes before its `delivery.request`? Then that does nothing when it
 * comes. Always answered by `delivery.cancelled`; what has ended stays as it has ended, and who has brought the meal has said so before.
 */
export const CancelDelivery = defineCommand('delivery.cancel', 1, OfOrder.extend({ reason: z.string() }), byOrder);

const OfDelivery = OfOrder.extend({ deliveryId: DeliveryId, courierId: CourierId });

/** A courier has accepted. May come again with another courier, if one gives up before the pick-up. */
export const CourierAssigned = defineEvent(
  'delivery.courier-assigned',
  1,
  OfDelivery.extend({ courierName: z.string() }),
  byOrder,
);

export const NoCourierFound = defineEvent(
  'delivery.no-courier-found',
  1,
  OfOrder.extend({ reason: z.string() }),
  byOrder,
);
export const DeliveryPickedUp = defineEvent('delivery.picked-up', 1, OfDelivery, byOrder);
export const DeliveryDelivered = defineEvent('delivery.delivered', 1, OfDelivery, byOrder);

/** The courier had the meal and could not bring it. */
export const DeliveryFailed = defineEvent('delivery.failed', 1, OfDelivery.extend({ reason: z.string() }), byOrder);

export const DeliveryCancelled = defineEvent('delivery.cancelled', 1, OfOrder, byOrder);

export const DeliveryStatus = z.enum([
  'searching',
  'assigned',
  'picked-up',
  'delivered',
  'failed',
  'cancelled',
  'no-courier',
]);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

/** The courier's part of an order. */
export const DeliveryView = z.object({
  deliveryId: z.string(),
  orderId: z.string(),
  status: DeliveryStatus,
  /** Whether the kitchen has the meal ready. */
  mealReady: z.boolean(),
  courier: z.object({ courierId: z.string(), name: z.string(), location: Location }).nullable(),
  version: z.int(),
});
export type DeliveryView = z.infer<typeof DeliveryView>;

export const DeliveryOfOrder = defineQuestion('delivery.of-order', { ask: OfOrder, answer: DeliveryView.nullable() });
