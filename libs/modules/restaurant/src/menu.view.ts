import { Injectable } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { MenuItem, Modifier, RestaurantId, type MenuSection } from '@thali/contracts';
import { Database } from '@thali/kit/postgres';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { restaurantNotFound } from './domain/errors';
import type { Menu } from './domain/menu';
import { Restaurants } from './entities';
import { asOffered } from './restaurant.repository';
import { stockColumns, type ItemStock } from './stock.repository';

/** An item with all its modifiers, whatever their groups, for those who take no notice of groups. */
export const OfferedItem = MenuItem.extend({ modifiers: z.array(Modifier) });
export type OfferedItem = z.infer<typeof OfferedItem>;

/** What can be ordered. `portions` and `available` are of this moment; everything else is of this version. */
export const MenuView = z
  .object({
    restaurantId: RestaurantId,
    name: z.string(),
    currency: z.string(),
    version: z.int(),
    sections: z.array(z.object({ name: z.string(), items: z.array(OfferedItem) })),
  })
  .meta({ id: 'Menu' });
export type MenuView = z.infer<typeof MenuView>;

export class MenuOfRestaurant extends Query<MenuView> {
  constructor(readonly restaurantId: string) {
    super();
  }
}

@Injectable()
@QueryHandler(MenuOfRestaurant)
export class MenuOfRestaurantHandler implements IQueryHandler<MenuOfRestaurant> {
  constructor(private readonly db: Database) {}

  /** @throws {DomainError} `restaurant.not-found` */
  async execute({ restaurantId }: MenuOfRestaurant): Promise<MenuView> {
    const [row] = await this.db.read<Omit<MenuView, 'sections'> & { printed: Menu; stock: ItemStock[] }>(
      `select ${Restaurants.columns('r', 'restaurantId', 'name', 'currency', 'version')}, m.sections as printed,
         (select coalesce(json_agg(item), '[]') from (
            select ${stockColumns} from items t where t.restaurant_id = r.restaurant_id and t.on_menu
          ) item) as stock
       from restaurants r join menus m using (restaurant_id, version) where r.restaurant_id = $1`,
      [restaurantId],
    );
    if (!row) throw restaurantNotFound(restaurantId);
    const { printed, stock, ...menu } = row;
    return { ...menu, sections: asRead(asOffered(printed, stock)) };
  }
}

/** Names what a menu says of this moment: whether its items are available, and how many portions are left of each. */
export function stockTagOf({ sections }: MenuView): string {
  const stock = sections.map(({ items }) =>
    items.map(({ itemId, available, portions }) => [itemId, available, portions]),
  );
  return createHash('sha256').update(JSON.stringify(stock)).digest('base64url').slice(0, 16);
}

/** The sections as they are read over HTTP. */
export function asRead(sections: readonly MenuSection[]): MenuView['sections'] {
  return sections.map(({ name, items }) => ({ name, items: items.map(withModifiers) }));
}

export function withModifiers(item: MenuItem): OfferedItem {
  return { ...item, modifiers: item.modifierGroups.flatMap(({ modifiers }) => modifiers) };
}
