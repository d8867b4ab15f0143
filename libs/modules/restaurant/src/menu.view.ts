import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { MenuItem, Modifier, RestaurantId, type MenuSection } from '@thali/contracts';
import { Database } from '@thali/kit/postgres';
import { z } from 'zod';
import type { Menu } from './domain/menu';
import { asOffered, noRestaurant } from './restaurant.repository';
import type { ItemStock } from './stock.repository';

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

@QueryHandler(MenuOfRestaurant)
export class MenuOfRestaurantHandler implements IQueryHandler<MenuOfRestaurant> {
  constructor(private readonly db: Database) {}

  /** @throws {DomainError} `restaurant.not-found` */
  async execute({ restaurantId }: MenuOfRestaurant): Promise<MenuView> {
    const [row] = await this.db.read<Omit<MenuView, 'sections'> & { printed: Menu; stock: ItemStock[] }>(
      `select r.restaurant_id as "restaurantId", r.name, r.currency, r.version, m.sections as printed,
         (select coalesce(json_agg(json_build_object('itemId', item_id, 'available', available, 'portions', on_hand - reserved)), '[]')
          from items i where i.restaurant_id = r.restaurant_id and on_menu) as stock
       from restaurants r join menus m using (restaurant_id, version) where r.restaurant_id = $1`,
      [restaurantId],
    );
    if (!row) throw noRestaurant(restaurantId);
    const { printed, stock, ...menu } = row;
    return { ...menu, sections: asRead(asOffered(printed, stock)) };
  }
}

/** The sections as they are read over HTTP. */
export function asRead(sections: readonly MenuSection[]): MenuView['sections'] {
  return sections.map(({ name, items }) => ({ name, items: items.map(withModifiers) }));
}

export function withModifiers(item: MenuItem): OfferedItem {
  return { ...item, modifiers: item.modifierGroups.flatMap(({ modifiers }) => modifiers) };
}
