import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CustomerId, DeliverTo, RestaurantId, type OrderId } from '@thali/contracts';
import { Seal, transactionOf } from '@thali/kit/nest';
import { DomainError } from '@thali/kit/core';
import type { Loaded } from '@thali/kit/event-store';
import { z } from 'zod';
import type { Order } from './domain/order';
import { priceOrder } from './domain/price-order';
import { exampleOrder } from './examples';
import { FulfilOrder } from './fulfil-order';
import { MenuView } from './menu.view';
import { OrderRepository } from './order.repository';

const demoCustomer = 'cus_demo';

export const WantedLines = z
  .array(
    z.object({
      itemId: z.string().min(1).max(128),
      quantity: z.int().min(1).max(99),
      modifierIds: z.array(z.string().min(1).max(128)).max(20).optional(),
    }),
  )
  .min(1)
  .max(50);

export const PlaceOrderInput = z
  .object({
    restaurantId: RestaurantId,
    lines: WantedLines,
    deliverTo: DeliverTo.extend({ address: z.string().trim().min(1).max(300) }),
    /** The payment provider's token of a card. No card number ever comes here. */
    paymentToken: z
      .string()
      .regex(/^tok_[A-Za-z0-9_]{1,64}$/, 'must be a token of the payment provider, such as tok_visa'),
    customerId: CustomerId.default(demoCustomer),
  })
  .meta({ id: 'PlaceOrder', example: exampleOrder });

export class PlaceOrder extends Command<Loaded<Order>> {
  constructor(
    readonly input: z.infer<typeof PlaceOrderInput>,
    /** A new one, unless it is given. */
    readonly orderId?: OrderId,
  ) {
    super();
  }
}

/** Prices the order from our copy of the menu, stores it, and begins its fulfilment: one transaction. */
@Injectable()
@CommandHandler(PlaceOrder)
export class PlaceOrderHandler implements ICommandHandler<PlaceOrder> {
  constructor(
    private readonly menus: MenuView,
    private readonly orders: OrderRepository,
    private readonly fulfilment: FulfilOrder,
    private readonly seal: Seal,
  ) {}

  async execute(command: PlaceOrder): Promise<Loaded<Order>> {
    const tx = transactionOf(command);
    const { input, orderId = tx.ids.next('ord') } = command;
    const { restaurantId, customerId, deliverTo, paymentToken } = input;
    const menu = await this.menus.excerpt(
      tx,
      restaurantId,
      input.lines.map(({ itemId }) => itemId),
    );
    if (!menu)
      throw new DomainError(
        'order.unknown-restaurant',
        'invalid',
        `restaurantId: there is no restaurant ${restaurantId}.`,
        { field: 'restaurantId' },
      );
    if (!menu.open) throw new DomainError('order.restaurant-closed', 'conflict', `${menu.name} is closed now.`);
    const { lines, total } = priceOrder(menu, input.lines);
    const order = {
      orderId,
      customerId,
      restaurantId,
      restaurantName: menu.name,
      menuVersion: menu.version,
      lines,
      total,
      deliverTo,
    };
    const sealedToken = this.seal.seal(paymentToken);
    const placed = this.orders.place(tx, { type: 'Place', ...order, placedAt: tx.now.toISOString() });
    const { location: restaurantLocation } = menu;
    await this.fulfilment.start(tx, orderId, {
      ...order,
      restaurantLocation,
      sealedToken,
      fee: null,
      deliveryOutcome: null,
    });
    return placed;
  }
}
