import { Injectable } from '@nestjs/common';
import { QueryHandler, Query, type IQueryHandler } from '@nestjs/cqrs';
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
  PaymentAuthorized,
  PaymentCancelled,
  PaymentCaptured,
  PaymentDeclined,
  PaymentInDoubt,
  PaymentRefunded,
  TicketAccepted,
  TicketDelayed,
  TicketRejected,
  type OrderId,
} from '@thali/contracts';
import { isA, type Draft, type Message } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import { Database, change, type Tx } from '@thali/kit/postgres';
import { z } from 'zod';
import { unknownOrder } from './domain/order';

/** What a customer sees of an order, gathered from all four modules. */
export const Tracking = z
  .object({
    orderId: z.string(),
    /** Grows with each change. */
    version: z.int(),
    status: z.string(),
    restaurantName: z.string().optional(),
    reason: z.string().optional(),
    payment: z.string().optional(),
    kitchen: z.string().optional(),
    courier: z.object({ courierId: z.string(), name: z.string() }).optional(),
    delayedByMinutes: z.int().optional(),
    timeline: z.array(z.object({ at: z.string(), what: z.string() })),
    updatedAt: z.string(),
  })
  .meta({ id: 'Tracking' });
export type Tracking = z.infer<typeof Tracking>;

/** Raised after the commit of a change of this order's tracking. */
export const trackingChanged = (orderId: string): string => `tracking ${orderId}`;

/** News that moves the fulfilment of the order, or ends it. */
const alsoForFulfilment: ReadonlySet<string> = new Set(
  [
    PaymentAuthorized, PaymentDeclined, PaymentCaptured, PaymentCancelled,
    TicketAccepted, TicketRejected,
    CourierAssigned, NoCourierFound, DeliveryFailed,
  ].map(({ type }) => type), // prettier-ignore
);

/**
 * The read model that customers follow: a row per order. What the order announces, and what moves its fulfilment, is noted with the
 * transaction that announces or handles it, so that a customer sees at once what was acknowledged; the rest when it arrives.
 */
@Injectable()
export class OrderTrackingView {
  @Handles([PaymentInDoubt, PaymentRefunded, TicketDelayed], 'order.track')
  async track(_: unknown, tx: Tx, message: Message): Promise<void> {
    this.note(tx, message, message.recordedAt);
  }

  /** What the fulfilment hears. */
  hear(tx: Tx, message: Message): void {
    if (alsoForFulfilment.has(message.type)) this.note(tx, message, message.recordedAt);
  }

  note(tx: Tx, news: Draft, at = tx.now.toISOString()): void {
    const { parts, what } = newsOf(news);
    tx.defer(merge, { orderId: news.key, parts, entry: { at, what } });
    tx.signal(trackingChanged(news.key));
  }
}

/** What changes in the row, and what it says in the timeline. */
function newsOf(message: Draft): { parts: object; what: string } {
  if (isA(message, OrderPlaced))
    return { parts: { status: 'placed', restaurantName: message.data.restaurantName }, what: 'You placed the order.' };
  if (isA(message, OrderRevised)) return { parts: {}, what: 'You changed the order.' };
  if (isA(message, OrderRevisionRefused))
    return { parts: {}, what: `The order stays as it was: ${message.data.reason}` };
  if (isA(message, OrderConfirmed)) return { parts: { status: 'confirmed' }, what: 'The order is confirmed.' };
  if (isA(message, OrderPreparing)) return { parts: { status: 'preparing' }, what: 'The kitchen is cooking.' };
  if (isA(message, OrderReady)) return { parts: { status: 'ready' }, what: 'The meal is ready.' };
  // Whatever was said of cancelling it: the courier was quicker.
  if (isA(message, OrderPickedUp))
    return { parts: { status: 'picked-up', reason: null }, what: 'The courier has the meal.' };
  if (isA(message, OrderDelivered))
    return { parts: { status: 'delivered', reason: null }, what: 'Delivered. Enjoy your meal.' };
  if (isA(message, OrderCancelling))
    return { parts: { reason: message.data.reason }, what: `It will not work out: ${message.data.reason}` };
  if (isA(message, OrderCancelled))
    return { parts: { status: 'cancelled', reason: message.data.reason }, what: 'The order is cancelled.' };
  if (isA(message, PaymentAuthorized)) return { parts: { payment: 'held' }, what: 'Your bank holds the money.' };
  if (isA(message, PaymentDeclined)) return { parts: { payment: 'declined' }, what: 'Your payment was declined.' };
  if (isA(message, PaymentInDoubt)) return { parts: { payment: 'in-doubt' }, what: 'Your bank has not answered yet.' };
  if (isA(message, PaymentCaptured)) return { parts: { payment: 'taken' }, what: 'You have paid.' };
  if (isA(message, PaymentCancelled))
    return {
      parts: { payment: 'given-back' },
      what: message.data.kept ? 'You have your money back, but for the fee.' : 'You have your money back.',
    };
  if (isA(message, PaymentRefunded)) return { parts: {}, what: 'A refund was made.' };
  if (isA(message, TicketAccepted)) return { parts: { kitchen: 'accepted' }, what: 'The restaurant accepted.' };
  if (isA(message, TicketRejected)) return { parts: { kitchen: 'rejected' }, what: 'The restaurant could not accept.' };
  if (isA(message, TicketDelayed))
    return {
      parts: { delayedByMinutes: message.data.byMinutes },
      what: `The kitchen needs ${message.data.byMinutes} minutes more.`,
    };
  if (isA(message, CourierAssigned)) {
    const { courierId, courierName } = message.data;
    return { parts: { courier: { courierId, name: courierName } }, what: `${courierName} will bring it.` };
  }
  if (isA(message, NoCourierFound)) return { parts: {}, what: 'No courier was free.' };
  if (isA(message, DeliveryFailed)) return { parts: {}, what: 'The courier could not bring it.' };
  throw new Error(`${message.type} is followed but says nothing`);
}

export class TrackOrder extends Query<Tracking> {
  constructor(readonly orderId: OrderId) {
    super();
  }
}

@Injectable()
@QueryHandler(TrackOrder)
export class TrackOrderHandler implements IQueryHandler<TrackOrder> {
  constructor(private readonly db: Database) {}

  async execute({ orderId }: TrackOrder): Promise<Tracking> {
    const [row] = await this.db.read<Row>(
      'select version, parts, timeline, updated_at as "updatedAt" from tracking where order_id = $1',
      [orderId],
    );
    if (!row) throw unknownOrder(orderId);
    const { parts, timeline, version, updatedAt } = row;
    return { orderId, version, ...parts, timeline: timeline.sort(byTime), updatedAt: updatedAt.toISOString() };
  }
}

/** News of other modules may arrive after what the order has said since. */
const byTime = (one: { at: string }, other: { at: string }) => Date.parse(one.at) - Date.parse(other.at);

interface Row extends Pick<Tracking, 'version' | 'timeline'> {
  parts: Omit<Tracking, 'orderId' | 'version' | 'timeline' | 'updatedAt'>;
  updatedAt: Date;
}

const merge = change<{ orderId: string; parts: object; entry: object }>(`
  insert into tracking as t (order_id, version, parts, timeline)
  select "orderId", count(*), merged(parts order by n), jsonb_agg(entry order by n)
  from json_to_recordset($1) as i(n int, "orderId" text, parts jsonb, entry jsonb) group by "orderId" order by "orderId"
  on conflict (order_id) do update set version = t.version + excluded.version,
    parts = jsonb_strip_nulls(t.parts || excluded.parts), timeline = t.timeline || excluded.timeline, updated_at = clock_timestamp()`);
