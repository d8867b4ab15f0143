import {
  CourierAssigned,
  DeliveryFailed,
  NoCourierFound,
  OrderCancelled,
  OrderCancelling,
  OrderConfirmed,
  OrderDelivered,
  OrderPickedUp,
  OrderPlaced,
  OrderPreparing,
  OrderReady,
  OrderRevised,
  OrderRevisionRefused,
  OrderWaiting,
  PaymentAuthorized,
  PaymentCancelled,
  PaymentCaptured,
  PaymentDeclined,
  PaymentInDoubt,
  PaymentRefunded,
  TicketAccepted,
  TicketDelayed,
  TicketRejected,
} from '@thali/contracts';
import type { AnyMessageType, Draft, MessageType } from '@thali/kit/core';

/** What one message changes in an order's tracking, and how its timeline words it. */
export interface News {
  readonly parts: object;
  readonly what: string;
}

interface Line {
  readonly type: AnyMessageType;
  /** Who notes it: the order itself, its fulfilment saga, or the view's own subscription. */
  readonly notedBy: 'order' | 'fulfilment' | 'view';
  readonly news: (data: never) => News;
}

const line = <Data>(
  notedBy: Line['notedBy'],
  type: MessageType<Data>,
  what: string | ((data: Data) => string),
  parts: object | ((data: Data) => object) = {},
): Line => ({
  type,
  notedBy,
  news: (data: Data) => ({
    parts: typeof parts === 'function' ? (parts as (data: Data) => object)(data) : parts,
    what: typeof what === 'function' ? what(data) : what,
  }),
});

/** Every message that a customer reads of, a line each. Tracking is the fold of these lines over the message logs. */
const table: readonly Line[] = [
  line('order', OrderPlaced, 'You placed the order.', ({ restaurantName }) => ({ status: 'placed', restaurantName })),
  line('order', OrderRevised, 'You changed the order.'),
  line('order', OrderRevisionRefused, ({ reason }) => `The order stays as it was: ${reason}`),
  line('order', OrderConfirmed, 'The order is confirmed.', { status: 'confirmed' }),
  line('order', OrderPreparing, 'The kitchen is cooking.', { status: 'preparing' }),
  line('order', OrderReady, 'The meal is ready.', { status: 'ready' }),
  // A cancellation that came too late leaves no reason behind.
  line('order', OrderPickedUp, 'The courier has the meal.', { status: 'picked-up', reason: null }),
  line('order', OrderDelivered, 'Delivered. Enjoy your meal.', { status: 'delivered', reason: null }),
  line(
    'order',
    OrderCancelling,
    ({ reason }) => `It will not work out: ${reason}`,
    ({ reason }) => ({ reason }),
  ),
  line('order', OrderCancelled, 'The order is cancelled.', ({ reason }) => ({ status: 'cancelled', reason })),
  line(
    'fulfilment',
    OrderWaiting,
    'Your order is waiting: we cannot reach the systems of your bank and the restaurant at the moment. Nothing is lost.',
  ),
  line('fulfilment', PaymentAuthorized, 'Your bank holds the money.', { payment: 'held' }),
  line('fulfilment', PaymentDeclined, 'Your payment was declined.', { payment: 'declined' }),
  line('view', PaymentInDoubt, 'Your bank has not answered yet.', { payment: 'in-doubt' }),
  line('fulfilment', PaymentCaptured, 'You have paid.', { payment: 'taken' }),
  line(
    'fulfilment',
    PaymentCancelled,
    ({ kept }) => (kept ? 'You have your money back, except for the fee.' : 'You have your money back.'),
    { payment: 'given-back' },
  ),
  line('view', PaymentRefunded, 'A refund was made.'),
  line('fulfilment', TicketAccepted, 'The restaurant accepted.', { kitchen: 'accepted' }),
  line('fulfilment', TicketRejected, 'The restaurant could not accept.', { kitchen: 'rejected' }),
  line(
    'view',
    TicketDelayed,
    ({ byMinutes }) => `The kitchen needs ${byMinutes} more minutes.`,
    ({ byMinutes }) => ({ delayedByMinutes: byMinutes }),
  ),
  line(
    'fulfilment',
    CourierAssigned,
    ({ courierName }) => `${courierName} will bring it.`,
    ({ courierId, courierName }) => ({ courier: { courierId, name: courierName } }),
  ),
  line('fulfilment', NoCourierFound, 'No courier was free.'),
  line('fulfilment', DeliveryFailed, 'The courier could not deliver it.'),
];

const byType = new Map(table.map((each) => [each.type.type, each]));

/** The types that are noted by one of the three. */
export const typesNotedBy = (who: Line['notedBy']): AnyMessageType[] =>
  table.filter(({ notedBy }) => notedBy === who).map(({ type }) => type);

/** What a message of the newest version tells the customer; undefined when no line speaks of its type. */
export function newsOf({ type, data }: Draft): News | undefined {
  return byType.get(type)?.news(data as never);
}

/** A message as a log keeps it, of whatever version: in that of today. */
export function upToDate<Logged extends Draft>(message: Logged): Logged {
  const type = byType.get(message.type)?.type;
  return type ? { ...message, version: type.version, data: type.read(message.version, message.data) } : message;
}
