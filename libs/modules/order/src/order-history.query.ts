import { Injectable } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DeliveryHistory, HistoryEntry, PaymentHistory, RestaurantHistory, type OrderId } from '@thali/contracts';
import { messageOf } from '@thali/kit/core';
import { Questions, historyOf } from '@thali/kit/messaging';
import { Database } from '@thali/kit/postgres';
import { z } from 'zod';
import { OrderRepository } from './order.repository';
import { orderNotFound } from './domain/errors';
import { OrderSettings } from './settings';

export const OrderHistoryInput = z.object({
  /** Shows the order as it was at this moment. */
  asOf: z.iso.datetime({ offset: true }).optional(),
});

export const OrderHistory = z
  .object({
    orderId: z.string(),
    /** The order as its events make it, now or as of the moment asked for; null before its first event. */
    state: z.unknown(),
    /** The order's own events. */
    events: z.array(
      z.object({
        version: z.int(),
        type: z.string(),
        data: z.unknown(),
        recordedAt: z.iso.datetime(),
        causationId: z.string().nullable(),
      }),
    ),
    /** What all modules have said about the order. */
    messages: z.array(HistoryEntry),
    /** Modules that did not answer: what they have said is missing above. */
    unavailable: z.array(z.string()),
  })
  .meta({ id: 'OrderHistory' });

export class GetOrderHistory extends Query<z.infer<typeof OrderHistory>> {
  constructor(
    readonly orderId: OrderId,
    readonly asOf: Date | undefined,
  ) {
    super();
  }
}

/** Every event of an order, in all modules, with cause and time. */
@Injectable()
@QueryHandler(GetOrderHistory)
export class GetOrderHistoryHandler implements IQueryHandler<GetOrderHistory> {
  constructor(
    private readonly db: Database,
    private readonly orders: OrderRepository,
    private readonly questions: Questions,
    private readonly settings: OrderSettings,
  ) {}

  async execute({ orderId, asOf }: GetOrderHistory): Promise<z.infer<typeof OrderHistory>> {
    const [all, own, others] = await Promise.all([
      this.orders.history(orderId),
      historyOf(this.db, orderId),
      this.ask(orderId),
    ]);
    if (all.length === 0) throw orderNotFound(orderId);
    const events = all.filter(({ recordedAt }) => !asOf || recordedAt <= asOf);
    const messages = [...own, ...others.flatMap(({ entries }) => entries)].filter(
      ({ recordedAt }) => !asOf || new Date(recordedAt) <= asOf,
    );
    return {
      orderId,
      state: events.length > 0 ? this.orders.fold(events) : null,
      events: events.map(({ version, type, data, recordedAt, causationId }) => ({
        version,
        type,
        data,
        recordedAt: recordedAt.toISOString(),
        causationId,
      })),
      messages: messages.sort((a, b) => a.recordedAt.localeCompare(b.recordedAt) || a.id.localeCompare(b.id)),
      unavailable: others.filter(({ failed }) => failed).map(({ module }) => module),
    };
  }

  private ask(orderId: OrderId): Promise<{ module: string; entries: HistoryEntry[]; failed?: string }[]> {
    const modules = { payment: PaymentHistory, restaurant: RestaurantHistory, delivery: DeliveryHistory };
    const asked = Object.entries(modules).map(async ([module, question]) => {
      try {
        return {
          module,
          entries: await this.questions.ask(question, { orderId }, { withinMs: this.settings.answerWithinMs }),
        };
      } catch (error) {
        return { module, entries: [], failed: messageOf(error) };
      }
    });
    return Promise.all(asked);
  }
}
