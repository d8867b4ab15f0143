import { Injectable } from '@nestjs/common';
import { PaymentExpiring } from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { FulfilOrder } from './fulfil-order';
import { OrderRepository } from './order.repository';

/** The money is not held much longer: a meal that is not being cooked yet is not begun. One that is, is paid as far as the bank pays it. */
@Injectable()
export class StopOrderHandler {
  constructor(
    private readonly orders: OrderRepository,
    private readonly fulfilment: FulfilOrder,
  ) {}

  @Handles(PaymentExpiring, 'order.stop-unpaid')
  async handle({ orderId, reason }: DataOf<typeof PaymentExpiring>, tx: Tx): Promise<void> {
    const order = (await this.orders.load(tx, orderId)).state;
    const isWaiting = order.status === 'placed' || order.status === 'confirmed';
    if (!isWaiting || order.cancelling) return;
    await this.fulfilment.abort(tx, orderId, `Your bank does not hold the money any longer: ${reason}`);
  }
}
