import { Injectable } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { OrderId } from '@thali/contracts';
import type { Draft, Message } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import { Database, rows, type RowOf, type Tx } from '@thali/kit/postgres';
import { z } from 'zod';
import { orderNotFound } from './domain/errors';
import { Trackings } from './entities';
import { newsOf, typesNotedBy, upToDate } from './tracking-news';

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

const notedByFulfilment: ReadonlySet<string> = new Set(typesNotedBy('fulfilment').map(({ type }) => type));

/**
 * The read model that customers follow: a row per order. What the order announces, and what moves its fulfilment, is noted with the
 * transaction that announces or handles it, so that a customer sees at once what was acknowledged; the rest when it arrives.
 */
@Injectable()
export class OrderTrackingView {
  @Handles(typesNotedBy('view'), 'order.track')
  async track(_: unknown, tx: Tx, message: Message): Promise<void> {
    this.note(tx, message, message.recordedAt);
  }

  /** Notes a message that the fulfilment saga receives, if customers read of it. */
  noteFulfilment(tx: Tx, message: Message): void {
    if (notedByFulfilment.has(message.type)) this.note(tx, message, message.recordedAt);
  }

  /** @throws {Error} when the message is none that customers read of. */
  note(tx: Tx, message: Draft, at = tx.now.toISOString()): void {
    const news = newsOf(message);
    if (!news) throw new Error(`${message.type} is tracked but has no line in the table of news`);
    tx.defer(merge, { orderId: message.key, parts: news.parts, entry: { at, what: news.what } });
    tx.signal(trackingChanged(message.key));
  }
}

/** What tracking shows when these messages, of all modules, are all that has happened to an order. In order of time. */
export function foldTracking(
  messages: readonly (Draft & { recordedAt: string })[],
): Pick<Row, 'parts' | 'timeline' | 'version'> {
  const told = messages.flatMap((message) => {
    const news = newsOf(upToDate(message));
    return news ? [{ ...news, at: message.recordedAt }] : [];
  });
  const merged = Object.assign({}, ...told.map(({ parts }) => parts)) as Record<string, unknown>;
  const parts = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)) as Row['parts'];
  return { version: told.length, parts, timeline: told.map(({ at, what }) => ({ at, what })) };
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
    const [row] = await this.db.read<Row>(`select ${Trackings.columns('t')} from tracking t where order_id = $1`, [
      orderId,
    ]);
    if (!row) throw orderNotFound(orderId);
    const { parts, timeline, version, updatedAt } = row;
    return { orderId, version, ...parts, timeline: timeline.sort(byTime), updatedAt: updatedAt.toISOString() };
  }
}

type Row = RowOf<typeof Trackings>;

/** News of other modules may arrive after what the order has said since. */
const byTime = (one: { at: string }, other: { at: string }) => Date.parse(one.at) - Date.parse(other.at);

/** Special, because a row is not replaced: news of one order, in the batch and in the table, become one. */
const merge = rows({ orderId: 'text', parts: 'jsonb', entry: 'jsonb' }).change(
  (input) => `
  insert into tracking as t (order_id, version, parts, timeline)
  select "orderId", count(*), merged(parts order by n), jsonb_agg(entry order by n) from ${input} group by "orderId" order by "orderId"
  on conflict (order_id) do update set version = t.version + excluded.version,
    parts = jsonb_strip_nulls(t.parts || excluded.parts), timeline = t.timeline || excluded.timeline, updated_at = default`,
);
