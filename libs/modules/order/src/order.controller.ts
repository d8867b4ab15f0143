import { Controller, Get, Post, Req, Res, Sse, UseInterceptors, type MessageEvent } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CustomerId, Money, OrderId } from '@thali/contracts';
import { inTransaction } from '@thali/kit/nest';
import {
  Sheddable,
  Idempotent,
  InBody,
  InPath,
  InQuery,
  InTransaction,
  NeedsIfMatch,
  Refuses,
  Returns,
  SeenVersion,
  UnitOfWork,
  etagOf,
  refuseStale,
  tag,
} from '@thali/kit/http';
import type { Tx } from '@thali/kit/postgres';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EMPTY, type Observable } from 'rxjs';
import { z } from 'zod';
import { CancelOrder, CancelOrderInput } from './cancel-order';
import { orderStatuses } from './domain/order';
import { FollowOrder } from './follow-order';
import { GetOrderDetails, OrderDetails } from './order-details.query';
import { GetOrderHistory, OrderHistory, OrderHistoryInput } from './order-history.query';
import { TrackOrder, Tracking } from './order-tracking.view';
import { CustomerOrders, CustomerOrdersInput, CustomerOrdersPage, GetOrder, OrderView } from './order.queries';
import { PlaceOrder, PlaceOrderInput } from './place-order';
import { Quote, QuoteInput, QuoteOrder } from './quote-order';
import { noSuchOrder, tooLateToCancel, unorderable, unrevisable } from './refusals';
import { ReviseOrder, ReviseOrderInput } from './revise-order';

const Accepted = z
  .object({
    orderId: OrderId,
    status: z.enum(orderStatuses),
    version: z.int(),
    total: Money,
    /** The menu by which it was priced. */
    menuVersion: z.int(),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'OrderAccepted' });

/** Every route of the order module. */
@ApiTags('Orders')
@Controller()
@UseInterceptors(UnitOfWork)
export class OrderController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post('orders')
  @Sheddable()
  @Idempotent()
  @ApiOperation({
    summary: 'Place an order',
    description: 'We promise to try. Follow the order at the returned address.',
  })
  @Refuses(...unorderable)
  @Returns(202, Accepted, 'Stored for good; its fulfilment has begun.')
  async place(
    @InBody(PlaceOrderInput) input: z.infer<typeof PlaceOrderInput>,
    @InTransaction() tx: Tx,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.infer<typeof Accepted>> {
    const { state: order, version } = await this.commands.execute(inTransaction(tx, new PlaceOrder(input)));
    if (order.status === 'new') throw new Error('a placed order is not new');
    const { orderId, status, total, menuVersion } = order;
    const self = `/orders/${orderId}`;
    void reply.header('location', self).header('etag', etagOf(version));
    const links = {
      self,
      tracking: `${self}/tracking`,
      stream: `${self}/tracking/stream`,
      details: `${self}/details`,
      history: `${self}/history`,
      cancel: `${self}/cancel`,
    };
    return { orderId, status, version, total, menuVersion, links };
  }

  @Post('quotes')
  @ApiOperation({
    summary: 'What a basket would cost',
    description:
      'Promises nothing and stores nothing. Send `menuVersion` and, as `expectedTotal`, `total` with the order.',
  })
  @Refuses(...unorderable)
  @Returns(200, Quote, 'Priced by the menu of this moment.')
  quote(
    @InBody(QuoteInput) input: z.infer<typeof QuoteInput>,
    @InTransaction() tx: Tx,
  ): Promise<z.infer<typeof Quote>> {
    return this.commands.execute(new QuoteOrder(tx, input));
  }

  @Get('orders/:id')
  @ApiOperation({ summary: 'The order, as its own module sees it' })
  @Refuses(noSuchOrder)
  @Returns(200, OrderView, 'The order; its version is the ETag.')
  async get(
    @InPath('id', OrderId) orderId: OrderId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderView | undefined> {
    const order = await this.queries.execute(new GetOrder(orderId));
    return tag(request, reply, order.version) ? undefined : order;
  }

  @Get('orders/:id/tracking')
  @ApiOperation({ summary: 'What the customer sees', description: 'A read model over all four modules.' })
  @Refuses(noSuchOrder)
  @Returns(200, Tracking, 'Where the order is.')
  track(@InPath('id', OrderId) orderId: OrderId): Promise<Tracking> {
    return this.queries.execute(new TrackOrder(orderId));
  }

  @Get('orders/:id/details')
  @ApiOperation({
    summary: 'The order in all modules',
    description: 'API composition: each part is there, or honestly unavailable.',
  })
  @Refuses(noSuchOrder)
  @Returns(200, OrderDetails, 'Order, payment, ticket and delivery.')
  details(@InPath('id', OrderId) orderId: OrderId): Promise<z.infer<typeof OrderDetails>> {
    return this.queries.execute(new GetOrderDetails(orderId));
  }

  @Get('orders/:id/history')
  @ApiOperation({
    summary: 'Everything that has happened to the order',
    description: 'In all modules, with cause and time; `asOf` shows a past state.',
  })
  @Refuses(noSuchOrder)
  @Returns(200, OrderHistory, 'Events and messages, oldest first.')
  history(
    @InPath('id', OrderId) orderId: OrderId,
    @InQuery(OrderHistoryInput) { asOf }: z.infer<typeof OrderHistoryInput>,
  ): Promise<z.infer<typeof OrderHistory>> {
    return this.queries.execute(new GetOrderHistory(orderId, asOf ? new Date(asOf) : undefined));
  }

  @Post('orders/:id/cancel')
  @ApiOperation({
    summary: 'Cancel the order',
    description: 'Free before the kitchen starts, a fee after, impossible after pick-up.',
  })
  @Refuses(noSuchOrder, tooLateToCancel)
  @Returns(
    202,
    z
      .object({ orderId: OrderId, status: z.enum(orderStatuses), cancelling: z.boolean(), fee: Money.nullable() })
      .meta({ id: 'CancelAccepted' }),
    'It will be cancelled; everything done for it is being undone.',
  )
  async cancel(
    @InPath('id', OrderId) orderId: OrderId,
    @InBody(CancelOrderInput) { reason }: z.infer<typeof CancelOrderInput>,
    @InTransaction() tx: Tx,
  ): Promise<object> {
    const { order, fee } = await this.commands.execute(inTransaction(tx, new CancelOrder(orderId, reason)));
    return { orderId, status: order.state.status, cancelling: true, fee };
  }

  @Post('orders/:id/revise')
  @NeedsIfMatch()
  @ApiOperation({
    summary: 'Change the order',
    description: 'Once it is confirmed, and before the kitchen starts. Money and kitchen must agree.',
  })
  @Refuses(noSuchOrder, () => refuseStale('order', 1, 2), ...unrevisable)
  @Returns(
    202,
    z.object({ orderId: OrderId, revision: z.int(), total: Money }).meta({ id: 'RevisionAccepted' }),
    'Asked for: follow the order to see whether it was agreed.',
  )
  revise(
    @InPath('id', OrderId) orderId: OrderId,
    @SeenVersion() seen: number,
    @InBody(ReviseOrderInput) { lines }: z.infer<typeof ReviseOrderInput>,
    @InTransaction() tx: Tx,
  ): Promise<object> {
    return this.commands.execute(inTransaction(tx, new ReviseOrder(orderId, seen, lines)));
  }

  @Get('customers/:id/orders')
  @ApiOperation({ summary: "A customer's orders, newest first" })
  @Returns(200, CustomerOrdersPage, 'A page; `next` continues it.')
  ofCustomer(
    @InPath('id', CustomerId) customerId: CustomerId,
    @InQuery(CustomerOrdersInput) page: z.infer<typeof CustomerOrdersInput>,
  ): Promise<z.infer<typeof CustomerOrdersPage>> {
    return this.queries.execute(new CustomerOrders(customerId, page));
  }
}

/** Has no interceptor: with one, Nest would answer 200 before it is known whether there is anything to follow. */
@ApiTags('Orders')
@Controller()
export class OrderStreamController {
  constructor(private readonly following: FollowOrder) {}

  @Sse('orders/:id/tracking/stream')
  @ApiOperation({ summary: 'Follow the order live', description: 'Server-sent events, from how it stands to its end.' })
  @Refuses(noSuchOrder)
  async stream(
    @InPath('id', OrderId) orderId: OrderId,
    @Req() { method }: FastifyRequest,
  ): Promise<Observable<MessageEvent>> {
    const stream = await this.following.follow(orderId);
    // HEAD has no body to wait for.
    return method === 'HEAD' ? EMPTY : stream;
  }
}
