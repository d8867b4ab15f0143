import { Injectable } from '@nestjs/common';
import { Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import {
  DeliveryOfOrder,
  DeliveryView,
  PaymentOfOrder,
  PaymentView,
  TicketOfOrder,
  TicketView,
  type OrderId,
} from '@thali/contracts';
import { DomainError, type Question } from '@thali/kit/core';
import { Questions } from '@thali/kit/messaging';
import { z } from 'zod';
import { GetOrder, OrderView } from './order.queries';
import { OrderSettings } from './settings';

/** A part of the answer: what its module says, null if it knows nothing of the order yet, or honestly nothing. */
const part = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([schema.nullable(), z.object({ unavailable: z.literal(true), why: z.string() })]);

export const OrderDetails = z
  .object({ order: OrderView, payment: part(PaymentView), ticket: part(TicketView), delivery: part(DeliveryView) })
  .meta({ id: 'OrderDetails' });

export class GetOrderDetails extends Query<z.infer<typeof OrderDetails>> {
  constructor(readonly orderId: OrderId) {
    super();
  }
}

/** One answer from four modules, asked side by side: whoever does not answer in time is left out, and named. */
@Injectable()
@QueryHandler(GetOrderDetails)
export class GetOrderDetailsHandler implements IQueryHandler<GetOrderDetails> {
  constructor(
    private readonly queries: QueryBus,
    private readonly questions: Questions,
    private readonly settings: OrderSettings,
  ) {}

  async execute({ orderId }: GetOrderDetails): Promise<z.infer<typeof OrderDetails>> {
    const [order, payment, ticket, delivery] = await Promise.all([
      this.queries.execute(new GetOrder(orderId)),
      this.ask(PaymentOfOrder, orderId),
      this.ask(TicketOfOrder, orderId),
      this.ask(DeliveryOfOrder, orderId),
    ]);
    return { order, payment, ticket, delivery };
  }

  private async ask<Answer>(
    question: Question<{ orderId: OrderId }, Answer>,
    orderId: OrderId,
  ): Promise<Answer | { unavailable: true; why: string }> {
    try {
      return await this.questions.ask(question, { orderId }, { withinMs: this.settings.answerWithinMs });
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'unavailable')
        return { unavailable: true, why: error.message };
      throw error;
    }
  }
}
