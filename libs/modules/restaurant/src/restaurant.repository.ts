import { Injectable } from '@nestjs/common';
import { MenuPublished, OpeningChanged, type MenuSection } from '@thali/contracts';
import { send } from '@thali/kit/messaging';
import { StaleVersion, rows, type RowOf, type Tx } from '@thali/kit/postgres';
import { restaurantNotFound } from './domain/errors';
import { checkMenu, dishesOf, type Dish, type Menu } from './domain/menu';
import type { Restaurant, RestaurantDetails } from './domain/restaurant';
import { Menus, Restaurants } from './entities';
import { Stock, type ItemStock } from './stock.repository';

/** A dish with what its stock begins with. Both count only while the item is new: afterwards they are the kitchen's. */
interface NewDish extends Dish {
  readonly portions?: number;
  readonly available?: boolean;
}

export type NewMenu = readonly { readonly name: string; readonly items: readonly NewDish[] }[];

/** How many portions a new item starts with when its menu does not say. */
const portionsByDefault = 100;

/** Restaurants and their menus, version by version. */
@Injectable()
export class RestaurantRepository {
  constructor(private readonly stock: Stock) {}

  async find(tx: Tx, restaurantId: string): Promise<Restaurant | undefined> {
    const row = await tx.one(Restaurants.find, { restaurantId });
    return row && restaurantOf(row);
  }

  /** @throws {DomainError} `restaurant.not-found` */
  async get(tx: Tx, restaurantId: string): Promise<Restaurant> {
    const restaurant = await this.find(tx, restaurantId);
    if (!restaurant) throw restaurantNotFound(restaurantId);
    return restaurant;
  }

  /** The menu in force, as it was published. */
  async menu(tx: Tx, restaurantId: string): Promise<Menu> {
    return (await tx.one(findMenu, { restaurantId }))?.sections ?? [];
  }

  /**
   * A new restaurant, with version 1 of its menu.
   * @throws {StaleVersion} when another transaction has just added it.
   */
  async add(tx: Tx, restaurantId: string, details: RestaurantDetails, menu: NewMenu, open: boolean): Promise<number> {
    checkMenu(menu, details.currency);
    const added = { ...details, restaurantId, open, version: 1 };
    await this.store(tx, added);
    await this.publish(tx, added, menu);
    send(tx, OpeningChanged({ restaurantId, open }));
    return added.version;
  }

  /**
   * Puts the next version in force, for details, menu or both. Portions and availability of items already there stay as they are.
   *
   * @returns the new version.
   * @throws {StaleVersion} when another transaction has published since `before` was read.
   */
  async revise(tx: Tx, before: Restaurant, details: RestaurantDetails, menu: NewMenu): Promise<number> {
    checkMenu(menu, details.currency);
    await this.stock.lock(tx);
    const { restaurantId, open, version } = before;
    const revised = { ...details, restaurantId, open, version: version + 1 };
    await this.store(tx, revised);
    await this.publish(tx, revised, menu);
    return revised.version;
  }

  /** Takes orders, or not. Last word wins. @returns the restaurant as it is now. */
  async setOpen(tx: Tx, restaurant: Restaurant, open: boolean): Promise<Restaurant> {
    if (restaurant.open === open) return restaurant;
    const { restaurantId } = restaurant;
    await tx.run(setOpen, { restaurantId, open });
    send(tx, OpeningChanged({ restaurantId, open }));
    return { ...restaurant, open };
  }

  private async store(tx: Tx, { location, ...restaurant }: Restaurant): Promise<void> {
    if (!(await tx.one(storeDetails, { ...restaurant, ...location }))) throw new StaleVersion(restaurant.restaurantId);
  }

  private async publish(tx: Tx, restaurant: Restaurant, menu: NewMenu): Promise<void> {
    const { restaurantId, version, name, currency, location, timetable, prepMinutes } = restaurant;
    const dishes: NewDish[] = dishesOf(menu);
    const items = dishes.map(({ itemId, available = true }) => ({ restaurantId, itemId, available }));
    const fresh = new Set(await this.stock.list(tx, restaurantId, items));
    const newDishes = dishes.filter(({ itemId }) => fresh.has(itemId));
    await Promise.all(
      newDishes.map(({ itemId, portions = portionsByDefault }) =>
        this.stock.count(tx, { restaurantId, itemId, portions }),
      ),
    );
    const printed = asPrinted(menu);
    await tx.run(Menus.insert, { restaurantId, version, sections: printed });
    const sections = asOffered(printed, await this.stock.of(tx, restaurantId));
    send(tx, MenuPublished({ restaurantId, name, currency, location, version, timetable, prepMinutes, sections }));
  }
}

/** The menu with what is left of each dish. */
export function asOffered(menu: Menu, stock: readonly ItemStock[]): MenuSection[] {
  const left = new Map(stock.map((item) => [item.itemId, item]));
  return menu.map(({ name, items }) => ({
    name,
    items: items.map((dish) => {
      const { portions, available } = left.get(dish.itemId) ?? { portions: 0, available: false };
      return { ...dish, portions, available, modifierGroups: [...dish.modifierGroups] };
    }),
  }));
}

/** Without what is not printed. */
export function asPrinted(menu: NewMenu): Menu {
  return menu.map(({ name, items }) => ({ name, items: items.map(({ portions: _, available: __, ...dish }) => dish) }));
}

/** A restaurant as its row has it. */
export function restaurantOf({ lat, lon, ...row }: RowOf<typeof Restaurants>): Restaurant {
  return { ...row, location: { lat, lon } };
}

const setOpen = Restaurants.set('open');

const findMenu = rows({ restaurantId: 'text' }).query<Pick<RowOf<typeof Menus>, 'sections'>>(
  (input) => `
  select i.n, ${Menus.columns('m', 'sections')} from ${input}
  join restaurants r on r.restaurant_id = i."restaurantId" join menus m using (restaurant_id, version)`,
);

/**
 * By hand, since the version counts for the menu too, which is written next: version 1 is a new restaurant, any other follows the one
 * before. Of those who store the same version at once one succeeds, and the others are told, without taking the transaction along.
 */
const storeDetails = rows(Restaurants.newRow).change<{ stored: true }>(
  (input) => `
  with i as (
    select * from ${input}
  ), stored as (
    ${Restaurants.upsertFrom('i')} where t.version = excluded.version - 1 returning restaurant_id, version
  )
  select max(i.n) as n, true as stored
  from i join stored s on s.restaurant_id = i."restaurantId" and s.version = i.version group by i."restaurantId"`,
);
