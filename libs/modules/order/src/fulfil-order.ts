import { Injectable } from '@nestjs/common';
import { OrderId, OrderWaiting } from '@thali/contracts';
import { send } from '@thali/kit/messaging';
import { SagaRunner } from '@thali/kit/saga/runner';
import { fulfilOrder, type Fulfilment } from './domain/fulfil-order.saga';
import type { OrderCommand } from './domain/order';
import { OrderRepository } from './order.repository';
import { OrderTrackingView } from './order-tracking.view';
import { OrderSettings } from './settings';

/** Runs the saga of each order; what it tells the order, and what the customer sees of it, commits with its step. */
@Injectable()
export class FulfilOrder extends SagaRunner<Fulfilment, OrderCommand> {
  constructor(orders: OrderRepository, tracking: OrderTrackingView, { timeLimits }: OrderSettings) {
    super(
      fulfilOrder(timeLimits),
      (tx, orderId) => orders.open(tx, orderId),
      (tx, message) => tracking.noteFulfilment(tx, message),
      (tx, orderId) => {
        const waiting = OrderWaiting({ orderId: OrderId.parse(orderId) });
        send(tx, waiting);
        tracking.note(tx, waiting);
      },
    );
  }
}
