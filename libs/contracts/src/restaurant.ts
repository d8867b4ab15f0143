import { defineCommand, defineEvent, defineQuestion, idOf } from '@thali/kit/core';
import { z } from 'zod';
import { Location, Money } from './money';
import { OfOrder, OrderLine, byOrder } from './order';
import { Timetable } from './timetable';

export const RestaurantId = idOf('rst');
export type RestaurantId = z.infer<typeof RestaurantId>;
export const TicketId = idOf('tkt');
export type TicketId = z.infer<typeof TicketId>;
/** An order has one ticket: its id is the order's, under another prefix. */
export const ticketIdOf = (orderId: string): TicketId => orderId.replace(/^ord_/, 'tkt_');

/** Something that can be added to an item, or changed about it, for a price that may be zero. */
export const Modifier = z.object({ modifierId: z.string(), name: z.string(), price: Money });
export type Modifier = z.infer<typeof Modifier>;

/**
 * What may be chosen about an item, and how much of it. An order takes at least `min` and at most `max` of a group's modifiers; where it names
 * none of them, it takes the `defaults`, which cost nothing: their price is in that of the item.
 */
export const ModifierGroup = z
  .object({
    groupId: z.string(),
    name: z.string(),
    min: z.int().nonnegative(),
    max: z.int().positive(),
    defaults: z.array(z.string()),
    modifiers: z.array(Modifier).nonempty(),
  })
  .meta({ id: 'ModifierGroup' });
export type ModifierGroup = z.infer<typeof ModifierGroup>;

/** A group of modifiers that may be taken or left, in any number; none where there are no modifiers. */
export function groupOfExtras(modifiers: readonly Modifier[], name = 'Extras', groupId = 'extras'): ModifierGroup[] {
  const [first, ...more] = modifiers;
  if (!first) return [];
  return [{ groupId, name, min: 0, max: modifiers.length, defaults: [], modifiers: [first, ...more] }];
}

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
  modifierGroups: z.array(ModifierGroup),
});
export type MenuItem = z.infer<typeof MenuItem>;

export const MenuSection = z.object({ name: z.string(), items: z.array(MenuItem) });
export type MenuSection = z.infer<typeof MenuSection>;

const byRestaurant = { key: ({ restaurantId }: { restaurantId: string }) => restaurantId };

/** A restaurant has a new menu, new prices or new hours. Whole, so that a listening module can keep a copy. */
export const MenuPublished = defineEvent(
  'restaurant.menu-published',
  2,
  z.object({
    restaurantId: RestaurantId,
    name: z.string(),
    currency: z.string(),
    location: Location,
    version: z.int().positive(),
    /** When it takes orders; null where only its staff says so. */
    timetable: Timetable.nullable(),
    /** How many minutes its kitchen usually takes; null where it does not say. */
    prepMinutes: z.int().positive().nullable(),
    sections: z.array(MenuSection),
  }),
  { ...byRestaurant, upcasts: { 1: withModifierGroups } },
);

interface MenuPublishedV1 {
  readonly sections: readonly { readonly items: readonly { readonly modifiers: readonly Modifier[] }[] }[];
}

/** Version 1 knew neither hours nor groups: every modifier could be taken or left. */
function withModifierGroups({ sections, ...menu }: MenuPublishedV1): object {
  return {
    ...menu,
    timetable: null,
    prepMinutes: null,
    sections: sections.map((section) => ({
      ...section,
      items: section.items.map(({ modifiers, ...item }) => ({ ...item, modifierGroups: groupOfExtras(modifiers) })),
    })),
  };
}

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
