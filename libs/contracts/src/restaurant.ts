import { defineCommand, defineEvent, defineQuestion, idOf } from '@thali/kit/core';
import { z } from 'zod';
import { Location, Money } from './money';
import { OfOrder, OrderLine, byOrder } from './order';

export const RestaurantId = idOf('rst');
export type RestaurantId = z.infer<typeof RestaurantId>;
export const TicketId = idOf('tkt');
export type TicketId = z.infer<typeof TicketId>;
/** An order has one ticket: its id is the order's, under another prefix. */
export const ticketIdOf = (orderId: string): TicketId => orderId.replace(/^ord_/, 'tkt_');

/** Something that can be added to an item, or changed about it, for a price that may be zero. */
export const Modifier = z.object({ modifierId: z.string(), name: z.string(), price: Money });
export type Modifier = z.infer<typeof Modifier>;

/** A dish or a drink. */
export const MenuItem = z.object({
  itemId: z.string(),
  name: z.string(),
  description: z.string().optional(),
  price: Money,
  /** How many can still be ordered. */
  portions: z.int().nonnegative(),
  /** False while the kitchen has taken it off ("86"), whatever the portions. */
  available: z.boolean(),
  modifiers: z.array(Modifier),
});
export type MenuItem = z.infer<typeof MenuItem>;

export const MenuSection = z.object({ name: z.string(), items: z.array(MenuItem) });
export type MenuSection = z.infer<typeof MenuSection>;

const byRestaurant = { key: ({ restaurantId }: { restaurantId: string }) => restaurantId };

/** A restaurant has a new menu, or new prices. Whole, so that a copy can be kept by whoever hears it. */
export const MenuPublished = defineEvent(
  'restaurant.menu-published',
  1,
  z.object({
    restaurantId: RestaurantId,
    name: z.string(),
    currency: z.string(),
    location: Location,
    version: z.int().positive(),
    sections: z.array(MenuSection),
  }),
  byRestaurant,
);

/** An item was taken off the menu or put back; price and menu version stay. */
export const ItemAvailabilityChanged = defineEvent(
  'restaurant.item-availability-changed',
  1,
  z.object({ restaurantId: RestaurantId, itemId: z.string(), available: z.boolean() }),
  byRestaurant,
);

/** The restaurant takes orders, or does not. */
export const OpeningChanged = defineEvent(
  'restaurant.opening-changed',
  1,
  z.object({ restaurantId: RestaurantId, open: z.boolean() }),
  byRestaurant,
);

/** Reserve the portions and ask a cook. Answered by `restaurant.ticket-accepted` or `restaurant.ticket-rejected`. */
export const OpenTicket = defineCommand(
  'restaurant.open-ticket',
  1,
  OfOrder.extend({ restaurantId: RestaurantId, menuVersion: z.int(), lines: z.array(OrderLine).nonempty() }),
  byOrder,
);

/** Go ahead and cook: money and courier are settled. */
export const ConfirmTicket = defineCommand('restaurant.confirm-ticket', 1, OfOrder, byOrder);

/**
 * Stop, whatever has been done or not yet heard of: portions not yet cooked go back. Comes before its `open-ticket`? Then that does
 * nothing when it comes. Always answered by `restaurant.ticket-cancelled`.
 */
export const CancelTicket = defineCommand(
  'restaurant.cancel-ticket',
  1,
  OfOrder.extend({ reason: z.string() }),
  byOrder,
);

/** Cook this instead, which comes to `total`. Answered by `restaurant.ticket-revised` or `restaurant.ticket-revision-refused`. */
export const ReviseTicket = defineCommand(
  'restaurant.revise-ticket',
  2,
  OfOrder.extend({ revision: z.int().positive(), lines: z.array(OrderLine).nonempty(), total: Money.nullable() }),
  { ...byOrder, upcasts: { 1: (former: object) => ({ ...former, total: null }) } },
);

const OfTicket = OfOrder.extend({ ticketId: TicketId });

export const TicketAccepted = defineEvent('restaurant.ticket-accepted', 1, OfTicket, byOrder);

/** By a cook, or because the portions are not there. */
export const TicketRejected = defineEvent(
  'restaurant.ticket-rejected',
  1,
  OfOrder.extend({ reason: z.string() }),
  byOrder,
);

export const TicketDelayed = defineEvent(
  'restaurant.ticket-delayed',
  1,
  OfTicket.extend({ byMinutes: z.int().positive() }),
  byOrder,
);
export const TicketPreparing = defineEvent('restaurant.ticket-preparing', 1, OfTicket, byOrder);
export const TicketReady = defineEvent('restaurant.ticket-ready', 1, OfTicket, byOrder);
export const TicketCancelled = defineEvent('restaurant.ticket-cancelled', 1, OfOrder, byOrder);
/**
 * The kitchen will cook the order as it is now, and has not begun: whoever hears what it says later knows what the meal is and what is due
 * for it. Null where it was not told what the order comes to.
 */
export const TicketRevised = defineEvent(
  'restaurant.ticket-revised',
  2,
  OfOrder.extend({
    revision: z.int(),
    agreed: z.object({ lines: z.array(OrderLine).nonempty(), total: Money }).nullable(),
  }),
  { ...byOrder, upcasts: { 1: (former: object) => ({ ...former, agreed: null }) } },
);
export const TicketRevisionRefused = defineEvent(
  'restaurant.ticket-revision-refused',
  1,
  OfOrder.extend({ revision: z.int(), reason: z.string() }),
  byOrder,
);

export const TicketStatus = z.enum(['open', 'accepted', 'confirmed', 'preparing', 'ready', 'rejected', 'cancelled']);
export type TicketStatus = z.infer<typeof TicketStatus>;

/** The kitchen's part of an order. */
export const TicketView = z.object({
  ticketId: z.string(),
  orderId: z.string(),
  restaurantId: z.string(),
  status: TicketStatus,
  lines: z.array(
    z.object({ itemId: z.string(), name: z.string(), quantity: z.int(), modifierIds: z.array(z.string()) }),
  ),
  reason: z.string().nullable(),
  delayedByMinutes: z.int(),
  version: z.int(),
});
export type TicketView = z.infer<typeof TicketView>;

export const TicketOfOrder = defineQuestion('restaurant.ticket-of-order', {
  ask: OfOrder,
  answer: TicketView.nullable(),
});
