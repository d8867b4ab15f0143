import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Money, OrderLine } from '@thali/contracts';
import type { Tx } from '@thali/kit/postgres';
import { z } from 'zod';
import { priceOrder } from './domain/price-order';
import { exampleOrder } from './examples';
import { MenuView } from './menu.view';
import { PlaceOrderInput } from './place-order';

const { restaurantId, lines, deliverTo } = exampleOrder;

/** As an order, without payment. */
export const QuoteInput = PlaceOrderInput.pick({ restaurantId: true, lines: true, deliverTo: true }).meta({
  id: 'QuoteOrder',
  example: { restaurantId, lines, deliverTo },
});

/** What an order would cost now. */
export const Quote = z
  .object({ restaurantId: z.string(), menuVersion: z.int(), lines: z.array(OrderLine), total: Money })
  .meta({ id: 'Quote' });

export class QuoteOrder extends Command<z.infer<typeof Quote>> {
  constructor(
    readonly tx: Tx,
    readonly input: z.infer<typeof QuoteInput>,
  ) {
    super();
  }
}

/** Prices a basket exactly as an order would be priced, and promises nothing: `POST /orders` takes what was quoted as `expectedTotal`. */
@Injectable()
@CommandHandler(QuoteOrder)
export class QuoteOrderHandler implements ICommandHandler<QuoteOrder> {
  constructor(private readonly menus: MenuView) {}

  async execute({ tx, input: { restaurantId, lines } }: QuoteOrder): Promise<z.infer<typeof Quote>> {
    const menu = await this.menus.excerptFor(tx, restaurantId, lines);
    return { restaurantId, menuVersion: menu.version, ...priceOrder(menu, lines) };
  }
}
