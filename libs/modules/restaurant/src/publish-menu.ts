import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { MenuItem } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import { refuseStale } from '@thali/kit/http';
import { z } from 'zod';
import type { MenuView } from './menu.view';
import { Restaurants, asOffered } from './restaurant.repository';
import { Stock } from './stock.repository';

/** A whole menu, in the shape in which it is read: what has been read may be sent back, changed. */
export const MenuRevision = z
  .object({
    sections: z
      .array(
        z.object({
          name: z.string().min(1),
          items: z.array(
            MenuItem.extend({
              itemId: z
                .string()
                .regex(/^[^\s/?#]{1,80}$/, 'must be 1 to 80 characters without spaces, slashes, ? or #'),
              name: z.string().min(1),
              portions: MenuItem.shape.portions.max(1_000_000).optional(),
              available: MenuItem.shape.available.optional(),
              modifiers: MenuItem.shape.modifiers.default([]),
            }),
          ),
        }),
      )
      .min(1),
  })
  .meta({
    id: 'MenuRevision',
    example: {
      sections: [
        {
          name: 'Dosas',
          items: [
            {
              itemId: 'masala-dosa',
              name: 'Masala Dosa',
              price: { amount: 990, currency: 'EUR' },
              modifiers: [
                { modifierId: 'extra-chutney', name: 'Extra chutney', price: { amount: 80, currency: 'EUR' } },
              ],
            },
          ],
        },
      ],
    },
  });
export type MenuRevision = z.infer<typeof MenuRevision>;

export class PublishMenu extends Command<MenuView> {
  constructor(
    readonly restaurantId: string,
    /** The version that the author has seen: it is this one that is being revised. */
    readonly seen: number,
    readonly menu: MenuRevision,
  ) {
    super();
  }
}

/**
 * Puts a new version of the menu in force. Two authors: the second is refused and must look again.
 * Author and kitchen: both win, since portions and availability of items already there are the kitchen's and stay.
 */
@CommandHandler(PublishMenu)
export class PublishMenuHandler implements ICommandHandler<PublishMenu> {
  constructor(
    private readonly restaurants: Restaurants,
    private readonly stock: Stock,
  ) {}

  async execute(command: PublishMenu): Promise<MenuView> {
    const tx = transactionOf(command);
    const {
      restaurantId,
      seen,
      menu: { sections },
    } = command;
    const restaurant = await this.restaurants.get(tx, restaurantId);
    refuseStale('restaurant.menu', seen, restaurant.version);
    const version = await this.restaurants.revise(tx, restaurant, restaurant, sections);
    const [printed, stock] = await Promise.all([
      this.restaurants.menu(tx, restaurantId),
      this.stock.of(tx, restaurantId),
    ]);
    return {
      restaurantId,
      name: restaurant.name,
      currency: restaurant.currency,
      version,
      sections: asOffered(printed, stock),
    };
  }
}
