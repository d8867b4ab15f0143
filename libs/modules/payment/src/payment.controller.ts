import { Controller, Get, Headers, HttpCode, Post, Req, UseInterceptors, type RawBodyRequest } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiHeader, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { OrderId } from '@thali/contracts';
import { inTransaction } from '@thali/kit/nest';
import { Idempotent, InBody, InPath, InTransaction, Refuses, Returns, UnitOfWork, jsonSchema } from '@thali/kit/http';
import type { Tx } from '@thali/kit/postgres';
import type { FastifyRequest } from 'fastify';
import { FindPayment, PaymentDetails } from './payment.view';
import { ReceiveWebhook } from './receive-webhook';
import { noSuchPayment, notGenuine, notRefundable } from './refusals';
import { RefundPromise, RefundRequest, RequestRefund } from './request-refund';
import { ProviderWebhook, signatureHeader } from './webhook';

/** Every route of the payment module. */
@ApiTags('Payments')
@Controller('payments')
@UseInterceptors(UnitOfWork)
export class PaymentController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get(':orderId')
  @ApiOperation({ summary: 'The money of an order, and every transfer that moved it' })
  @Refuses(noSuchPayment)
  @Returns(200, PaymentDetails, 'As our own books say')
  find(@InPath('orderId', OrderId) orderId: OrderId): Promise<PaymentDetails> {
    return this.queries.execute(new FindPayment(orderId));
  }

  @Post(':orderId/refunds')
  @ApiOperation({ summary: 'Give back all or a part of what was taken' })
  @Idempotent()
  @Refuses(...notRefundable)
  @Returns(202, RefundPromise, 'Promised. Look at the payment to see it done')
  refund(
    @InPath('orderId', OrderId) orderId: OrderId,
    @InBody(RefundRequest) request: RefundRequest,
    @InTransaction() tx: Tx,
  ): Promise<RefundPromise> {
    return this.commands.execute(inTransaction(tx, new RequestRefund(orderId, request)));
  }

  @Post('webhooks')
  @ApiOperation({ summary: 'For the payment provider: events, signed as Stripe signs them' })
  @ApiHeader({
    name: signatureHeader,
    required: true,
    description: 't=<seconds since 1970>,v1=<hex HMAC-SHA256 of "t.body">, at most five minutes old',
  })
  @ApiBody({ schema: jsonSchema(ProviderWebhook, 'input') })
  @Refuses(notGenuine)
  @ApiNoContentResponse({ description: 'Taken, now or before; what it is about is looked up at the provider' })
  @HttpCode(204)
  receive(
    @Req() request: RawBodyRequest<FastifyRequest>,
    @Headers(signatureHeader) signature: string | undefined,
    @InTransaction() tx: Tx,
  ): Promise<void> {
    return this.commands.execute(
      inTransaction(tx, new ReceiveWebhook(request.rawBody?.toString('utf8') ?? '', signature)),
    );
  }
}
