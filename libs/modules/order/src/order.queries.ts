import { Injectable } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { InjectRepository } from '@nestjs/typeorm';
import { CustomerId, Money, OrderId, OrderLine } from '@thali/contracts';
import { cursorOf } from '@thali/kit/http';
import { Database, type RowOf } from '@thali/kit/postgres';
import type { ReadRepository } from '@thali/kit/postgres/repositories';
import { LessThan } from 'typeorm';
import { z } from 'zod';
import { orderNotFound } from './domain/errors';
import { orderStatuses } from './domain/order';
import { Orders } from './entities';

/** An order as its own module sees it. */
export const OrderView = z
  .object({
    orderId: z.string(),
    customerId: z.string(),
    restaurantId: z.string(),
    restaurantName: z.string(),
    status: z.enum(orderStatuses),
    version: z.int(),
    total: Money,
    lines: z.array(OrderLine),
    /** Why it was, or is being, cancelled. */
    reason: z.string().optional(),
    /** True from the decision to cancel until everything is undone. */
    cancelling: z.boolean(),
    fee: Money.optional(),
    placedAt: z.iso.datetime(),
  })
  .meta({ id: 'Order' });
export type OrderView = z.infer<typeof OrderView>;

type Row = RowOf<typeof Orders>;

function viewOf({ summary, placedAt, ...row }: Row): OrderView {
  const { fee, cancelling, reason, ...rest } = summary;
  const why = reason ?? cancelling;
  return {
    ...row,
    ...rest,
    cancelling: cancelling !== null,
    placedAt: placedAt.toISOString(),
    ...(why ? { reason: why } : {}),
    ...(fee ? { fee } : {}),
  };
}

export class GetOrder extends Query<OrderView> {
  constructor(readonly orderId: OrderId) {
    super();
  }
}

@Injectable()
@QueryHandler(GetOrder)
export class GetOrderHandler implements IQueryHandler<GetOrder> {
  constructor(private readonly db: Database) {}

  async execute({ orderId }: GetOrder): Promise<OrderView> {
    const [row] = await this.db.read<Row>(`select ${Orders.columns('o')} from orders o where order_id = $1`, [orderId]);
    if (!row) throw orderNotFound(orderId);
    return viewOf(row);
  }
}

/** Sorts after every id: a page then begins where the index does, and not with a condition that no index knows. */
const afterAll = `ord_${'z'.repeat(26)}`;

export const CustomerOrdersInput = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  after: cursorOf(OrderId),
});

export const CustomerOrdersPage = z
  .object({ items: z.array(OrderView), next: z.string().nullable() })
  .meta({ id: 'CustomerOrders' });

export class CustomerOrders extends Query<z.infer<typeof CustomerOrdersPage>> {
  constructor(
    readonly customerId: CustomerId,
    readonly page: z.infer<typeof CustomerOrdersInput>,
  ) {
    super();
  }
}

/** A customer's orders, newest first: order ids sort by the time they were made. */
@Injectable()
@QueryHandler(CustomerOrders)
export class CustomerOrdersHandler implements IQueryHandler<CustomerOrders> {
  constructor(@InjectRepository(Orders) private readonly orders: ReadRepository<Row>) {}

  async execute({ customerId, page: { limit, after } }: CustomerOrders): Promise<z.infer<typeof CustomerOrdersPage>> {
    const rows = await this.orders.find({
      where: { customerId, orderId: LessThan(after ?? afterAll) },
      order: { orderId: 'desc' },
      take: limit + 1,
    });
    const items = rows.slice(0, limit).map(viewOf);
    return { items, next: rows.length > limit ? (items.at(-1)?.orderId ?? null) : null };
  }
}
