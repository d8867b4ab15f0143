import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CustomerId, DeliverTo, Money, RestaurantId, type OrderId } from '@thali/contracts';
import { Seal, transactionOf } from '@thali/kit/nest';
import type { Loaded } from '@thali/kit/event-store';
import { z } from 'zod';
import type { Order } from './domain/order';
import { priceOrder } from './domain/price-order';
import { refuseDearer } from './domain/refuse-dearer';
import { refuseWhileClosed } from './domain/refuse-while-closed';
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
    /** The version of the menu that the customer has read. */
    menuVersion: z.int().positive().optional(),
    /** The whole sum that the customer was shown. An order that would cost more is refused; one that costs less is charged what it costs. */
    expectedTotal: Money.optional(),
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
    const menu = await this.menus.excerptFor(tx, restaurantId, input.lines);
    refuseWhileClosed(menu, tx.now);
    const { lines, total } = priceOrder(menu, input.lines);
    refuseDearer({ menuVersion: menu.version, lines, total }, input);
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
