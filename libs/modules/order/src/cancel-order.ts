import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Money, OrderId } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import type { Loaded } from '@thali/kit/event-store';
import { z } from 'zod';
import { orderNotFound } from './domain/errors';
import { cancellationFee, type Order } from './domain/order';
import { FulfilOrder } from './fulfil-order';
import { OrderRepository } from './order.repository';
import { OrderSettings } from './settings';

export const CancelOrderInput = z
  .object({ reason: z.string().trim().min(1).max(300).default('The customer changed their mind.') })
  .meta({ id: 'CancelOrder' });

export class CancelOrder extends Command<{ order: Loaded<Order>; fee: Money | null }> {
  constructor(
    readonly orderId: OrderId,
    readonly reason: string,
  ) {
    super();
  }
}

/** The customer calls the order off: free before the kitchen starts, for a fee after, impossible once it is picked up. */
@Injectable()
@CommandHandler(CancelOrder)
export class CancelOrderHandler implements ICommandHandler<CancelOrder> {
  constructor(
    private readonly orders: OrderRepository,
    private readonly fulfilment: FulfilOrder,
    private readonly settings: OrderSettings,
  ) {}

  async execute(command: CancelOrder): Promise<{ order: Loaded<Order>; fee: Money | null }> {
    const tx = transactionOf(command);
    const { orderId, reason } = command;
    const loaded = await this.orders.load(tx, orderId);
    if (loaded.version === 0) throw orderNotFound(orderId);
    const fee = cancellationFee(loaded.state, this.settings.cancellation);
    await this.fulfilment.abort(tx, orderId, reason, (data) => ({ ...data, fee }));
    return { order: await this.orders.load(tx, orderId), fee };
  }
}
