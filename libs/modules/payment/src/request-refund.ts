import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Money, OrderId } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import { idOf } from '@thali/kit/core';
import { z } from 'zod';
import { requestRefund } from './domain/refund';
import { paymentNotFound } from './errors';
import { ProviderCalls } from './provider-calls';

const Fault = z
  .enum(['restaurant', 'courier', 'platform'])
  .describe('Through whose fault the money is given back: this party bears it.');

const RefundedLine = z.object({ itemId: z.string().min(1), quantity: z.int().positive() });

export const RefundRequest = z
  .object({
    amount: Money.refine(({ amount }) => amount > 0, { path: ['amount'], message: 'must be above zero' })
      .optional()
      .describe('Everything that can still be refunded, when neither it nor lines are named.'),
    lines: z
      .array(RefundedLine)
      .min(1)
      .optional()
      .describe('What of the order is refunded, at the price that was paid for it, instead of an amount.'),
    fault: Fault.default('platform'),
    reason: z.string().trim().min(1).max(300).default('As agreed with the customer.'),
  })
  .refine(({ amount, lines }) => amount === undefined || lines === undefined, {
    path: ['lines'],
    message: 'must be left out when an amount is named',
  })
  .meta({ id: 'RefundRequest', example: { reason: 'The naan was missing.', fault: 'restaurant' } });
export type RefundRequest = z.infer<typeof RefundRequest>;

export const RefundPromise = z
  .object({
    refundId: idOf('ref'),
    orderId: OrderId,
    amount: Money,
    fault: Fault,
    status: z.enum(['requested', 'done', 'failed']),
  })
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

/** Promises money back that was taken. The provider is asked when the promise is committed; it ends `done` or `failed`. */
@Injectable()
@CommandHandler(RequestRefund)
export class RequestRefundHandler implements ICommandHandler<RequestRefund> {
  constructor(private readonly calls: ProviderCalls) {}

  async execute(command: RequestRefund): Promise<RefundPromise> {
    const tx = transactionOf(command);
    const { orderId, request } = command;
    const refundId = tx.ids.next('ref');
    const requestedAt = tx.now.toISOString();
    const { currency, refunds } = await this.calls.recordAndContinue(tx, orderId, (payment) => {
      if (payment.asked === 0) throw paymentNotFound(orderId);
      return requestRefund(payment, { ...request, refundId, requestedAt });
    });
    const { amount, status } = refunds.find((refund) => refund.refundId === refundId)!;
    return { refundId, orderId, amount: { amount, currency }, fault: request.fault, status };
  }
}
