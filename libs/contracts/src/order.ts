import { defineEvent, idOf } from '@thali/kit/core';
import { z } from 'zod';
import { Location, Money } from './money';

export const OrderId = idOf('ord');
export type OrderId = z.infer<typeof OrderId>;

/** Who orders. Any name a shop gives its customers. */
export const CustomerId = z
  .string()
  .regex(/^[\w.@-]{1,64}$/, 'must be 1 to 64 letters, digits or . _ @ -')
  .meta({ example: 'cus_demo' });
export type CustomerId = z.infer<typeof CustomerId>;

/** A line of an order, priced: what was promised for how much. */
export const OrderLine = z.object({
  itemId: z.string(),
  name: z.string(),
  quantity: z.int().positive(),
  /** Of one portion, modifiers included. */
  unitPrice: Money,
  modifierIds: z.array(z.string()),
});
export type OrderLine = z.infer<typeof OrderLine>;

/** Where the meal goes. */
export const DeliverTo = z.object({ address: z.string(), location: Location });
export type DeliverTo = z.infer<typeof DeliverTo>;

/** What every message about an order carries, and is keyed by. */
export const OfOrder = z.object({ orderId: OrderId });
export const byOrder = { key: ({ orderId }: { orderId: string }) => orderId };

/** A customer asked for a meal and we promised to try. Prices are final from here on. */
export const OrderPlaced = defineEvent(
  'order.placed',
  1,
  z.object({
    orderId: OrderId,
    customerId: CustomerId,
    restaurantId: z.string(),
    restaurantName: z.string(),
    menuVersion: z.int().positive(),
    lines: z.array(OrderLine).nonempty(),
    total: Money,
    deliverTo: DeliverTo,
    placedAt: z.iso.datetime(),
  }),
  byOrder,
);

/** The customer changed the order before the kitchen began; money and kitchen have agreed. */
export const OrderRevised = defineEvent(
  'order.revised',
  1,
  OfOrder.extend({ lines: z.array(OrderLine).nonempty(), total: Money }),
  byOrder,
);

/** Bank or kitchen did not agree to the change: the order stays as it was. */
export const OrderRevisionRefused = defineEvent(
  'order.revision-refused',
  1,
  OfOrder.extend({ reason: z.string() }),
  byOrder,
);

/** The other modules are out of reach: what the order waits for has not reached them, or their answer has not come back. */
export const OrderWaiting = defineEvent('order.waiting', 1, OfOrder, byOrder);

/** Money is held, the kitchen has accepted, a courier is found: it will be cooked. */
export const OrderConfirmed = defineEvent('order.confirmed', 1, OfOrder, byOrder);

/** The kitchen has begun: from here cancelling costs. */
export const OrderPreparing = defineEvent('order.preparing', 1, OfOrder, byOrder);

export const OrderReady = defineEvent('order.ready', 1, OfOrder, byOrder);

/** The courier has the meal: no cancelling from here, only refunds. */
export const OrderPickedUp = defineEvent('order.picked-up', 1, OfOrder, byOrder);

export const OrderDelivered = defineEvent('order.delivered', 1, OfOrder, byOrder);

/** The order will not be fulfilled; what is undone so far and what is not, the saga knows. */
export const OrderCancelling = defineEvent('order.cancelling', 1, OfOrder.extend({ reason: z.string() }), byOrder);

/** The end of an order that failed or was called off: everything done for it has been undone. */
export const OrderCancelled = defineEvent(
  'order.cancelled',
  1,
  OfOrder.extend({
    /** A sentence for the customer. */
    reason: z.string(),
    /** What the customer still pays, if the kitchen had begun. */
    fee: Money.nullable(),
  }),
  byOrder,
);
