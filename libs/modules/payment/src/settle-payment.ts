import { Injectable } from '@nestjs/common';
import { DeliveryDelivered } from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { settlePayment } from './domain/commands';
import { PaymentRepository } from './payment.repository';

/** Shares out what was taken for a meal, now that somebody has brought it. */
@Injectable()
export class SettlePaymentHandler {
  constructor(private readonly payments: PaymentRepository) {}

  @Handles(DeliveryDelivered, 'payment.settle')
  async handle({ orderId, courierId }: DataOf<typeof DeliveryDelivered>, tx: Tx): Promise<void> {
    await this.payments.change(tx, orderId, (payment) => settlePayment(payment, courierId));
  }
}
