import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ItemAvailabilityChanged, MenuItem } from '@thali/contracts';
import { refuseStale } from '@thali/kit/http';
import { transactionOf } from '@thali/kit/nest';
import { send } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { z } from 'zod';
import { itemNotFound } from './domain/errors';
import { dishesOf, repriced, type Menu } from './domain/menu';
import { OfferedItem, withModifiers } from './menu.view';
import { RestaurantRepository, asOffered } from './restaurant.repository';
import { Stock } from './stock.repository';

export const ItemRevision = z
  .object({
    price: MenuItem.shape.price.optional(),
    portions: MenuItem.shape.portions.max(1_000_000).optional(),
    available: MenuItem.shape.available.optional(),
  })
  .refine(
    (revision) => Object.values(revision).some((value) => value !== undefined),
    'must hold price, portions or available',
  )
  .meta({ example: { available: true, portions: 40 } });
export type ItemRevision = z.infer<typeof ItemRevision>;

/** The item as it is now, and the menu's version. */
export const RevisedItem = OfferedItem.extend({ menuVersion: z.int() });
export type RevisedItem = z.infer<typeof RevisedItem>;

export class ReviseItem extends Command<RevisedItem> {
  constructor(
    readonly restaurantId: string,
    readonly itemId: string,
    readonly revision: ItemRevision,
    /** The version of the menu that the author has seen, if it is to be this one. */
    readonly seen: number | undefined,
  ) {
    super();
  }
}

/**
 * Changes one item without a look at the rest of the menu. No author is refused, unless they name an older version: the last word on availability, on the count of
 * portions and on the price wins, each for itself. Only a new price makes a new version of the menu.
 */
@Injectable()
@CommandHandler(ReviseItem)
export class ReviseItemHandler implements ICommandHandler<ReviseItem> {
  constructor(
    private readonly restaurants: RestaurantRepository,
    private readonly stock: Stock,
  ) {}

  async execute(command: ReviseItem): Promise<RevisedItem> {
    const tx = transactionOf(command);
    const {
      restaurantId,
      itemId,
      revision: { price, portions, available },
      seen,
    } = command;
    const restaurant = await this.restaurants.get(tx, restaurantId);
    if (seen !== undefined) refuseStale('restaurant.menu', seen, restaurant.version);
    const menu = await this.restaurants.menu(tx, restaurantId);
    const before = dishesOf(menu).find((dish) => dish.itemId === itemId);
    if (!before) throw itemNotFound(restaurant.name, itemId);
    const dearer = price && (price.amount !== before.price.amount || price.currency !== before.price.currency);
    const menuVersion = dearer
      ? await this.restaurants.revise(tx, restaurant, restaurant, repriced(menu, itemId, price))
      : restaurant.version;
    if (portions !== undefined) await this.stock.count(tx, { restaurantId, itemId, portions });
    if (available !== undefined && (await this.stock.offer(tx, { restaurantId, itemId, available }))) {
      send(tx, ItemAvailabilityChanged({ restaurantId, itemId, available }));
    }
    return { ...(await this.itemNow(tx, restaurantId, itemId)), menuVersion };
  }

  private async itemNow(tx: Tx, restaurantId: string, itemId: string): Promise<OfferedItem> {
    const menu: Menu = await this.restaurants.menu(tx, restaurantId);
    const items = asOffered(menu, await this.stock.of(tx, restaurantId)).flatMap((section) => section.items);
    return withModifiers(items.find((item) => item.itemId === itemId) as MenuItem);
  }
}
