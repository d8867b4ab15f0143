import { Injectable } from '@nestjs/common';
import { SagaRunner } from '@thali/kit/saga/runner';
import { fulfilOrder, type Fulfilment } from './domain/fulfil-order.saga';
import type { OrderCommand } from './domain/order';
import { OrderRepository } from './order.repository';
import { OrderSettings } from './settings';

/** Runs the saga of each order; what it tells the order commits with its step. */
@Injectable()
export class FulfilOrder extends SagaRunner<Fulfilment, OrderCommand> {
  constructor(orders: OrderRepository, { timeLimits }: OrderSettings) {
    super(fulfilOrder(timeLimits), (tx, orderId) => orders.open(tx, orderId));
  }
}
