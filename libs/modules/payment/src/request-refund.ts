import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Money, OrderId } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import { idOf } from '@thali/kit/core';
import { z } from 'zod';
import { requestRefund } from './domain/commands';
import { unknownPayment } from './payment.view';
import { PursueCall } from './pursue-call';

export const RefundRequest = z
  .object({
    amount: Money.refine(({ amount }) => amount > 0, { path: ['amount'], message: 'must be above zero' })
      .optional()
      .describe('Everything that can still be refunded, when it is left out.'),
    reason: z.string().trim().min(1).max(300).default('As agreed with the customer.'),
  })
  .meta({ id: 'RefundRequest', example: { reason: 'The naan was missing.' } });
export type RefundRequest = z.infer<typeof RefundRequest>;

export const RefundPromise = z
  .object({ refundId: idOf('ref'), orderId: OrderId, amount: Money, status: z.enum(['requested', 'done', 'failed']) })
  .meta({ id: 'RefundPromise' });
export type RefundPromise = z.infer<typeof RefundPromise>;

export class RequestRefund extends Command<RefundPromise> {
  constructor(
    readonly orderId: OrderId,
    readonly request: RefundRequest,
  ) {
    super();
  }
}

/** Promises money back that was taken. The provider hears of it when the promise is committed; it ends `done` or `failed`. */
@Injectable()
@CommandHandler(RequestRefund)
export class RequestRefundHandler implements ICommandHandler<RequestRefund> {
  constructor(private readonly pursue: PursueCall) {}

  async execute(command: RequestRefund): Promise<RefundPromise> {
    const tx = transactionOf(command);
    const { orderId, request } = command;
    const refundId = tx.ids.next('ref');
    const { currency, refunds } = await this.pursue.later(tx, orderId, (payment) => {
      if (payment.asked === 0) throw unknownPayment(orderId);
      return requestRefund(payment, { ...request, refundId, requestedAt: tx.now.toISOString() });
    });
    const { amount, status } = refunds.find((refund) => refund.refundId === refundId)!;
    return { refundId, orderId, amount: { amount, currency }, status };
  }
}
