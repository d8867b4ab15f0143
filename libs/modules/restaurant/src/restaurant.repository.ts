import { Injectable } from '@nestjs/common';
import { MenuPublished, OpeningChanged, type MenuSection } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';
import { send } from '@thali/kit/messaging';
import { StaleVersion, change, query, type Tx } from '@thali/kit/postgres';
import { checkMenu, dishesOf, type Dish, type Menu } from './domain/menu';
import type { Restaurant, RestaurantDetails } from './domain/restaurant';
import { Stock, type ItemStock } from './stock.repository';

/** A dish with what its stock begins with. Both count only while the item is new: afterwards they are the kitchen's. */
interface NewDish extends Dish {
  readonly portions?: number;
  readonly available?: boolean;
}

export type NewMenu = readonly { readonly name: string; readonly items: readonly NewDish[] }[];

/** How many portions a new item starts with when nobody says. */
const portionsByDefault = 100;

/** Restaurants and their menus, version by version. */
@Injectable()
export class Restaurants {
  constructor(private readonly stock: Stock) {}

  find(tx: Tx, restaurantId: string): Promise<Restaurant | undefined> {
    return tx.one(findRestaurant, { restaurantId });
  }

  /** @throws {DomainError} `restaurant.not-found` */
  async get(tx: Tx, restaurantId: string): Promise<Restaurant> {
    const restaurant = await this.find(tx, restaurantId);
    if (!restaurant) throw noRestaurant(restaurantId);
    return restaurant;
  }

  /** The menu in force, as it was published. */
  async menu(tx: Tx, restaurantId: string): Promise<Menu> {
    return (await tx.one(findMenu, { restaurantId }))?.sections ?? [];
  }

  /**
   * A restaurant we had not heard of, with version 1 of its menu.
   * @throws {StaleVersion} when somebody else has just added it.
   */
  async add(tx: Tx, restaurantId: string, details: RestaurantDetails, menu: NewMenu, open: boolean): Promise<number> {
    checkMenu(menu, details.currency);
    if (!(await tx.one(addRestaurant, { restaurantId, ...details, open }))) throw new StaleVersion(restaurantId);
    const version = await this.publish(tx, restaurantId, details, menu, 1);
    send(tx, OpeningChanged({ restaurantId, open }));
    return version;
  }

  /**
   * Puts the next version in force, for details, menu or both. Portions and availability of items already there stay as they are.
   *
   * @returns the new version.
   * @throws {StaleVersion} when somebody else published since `before` was read.
   */
  async revise(tx: Tx, before: Restaurant, details: RestaurantDetails, menu: NewMenu): Promise<number> {
    checkMenu(menu, details.currency);
    await this.stock.lock(tx);
    if (!(await tx.one(reviseRestaurant, { restaurantId: before.restaurantId, seen: before.version, ...details }))) {
      throw new StaleVersion(`the menu of ${before.restaurantId}`);
    }
    return this.publish(tx, before.restaurantId, details, menu, before.version + 1);
  }

  /** Takes orders, or not. Last word wins. */
  async setOpen(tx: Tx, restaurantId: string, open: boolean): Promise<void> {
    if (await tx.one(setOpen, { restaurantId, open })) send(tx, OpeningChanged({ restaurantId, open }));
  }

  private async publish(
    tx: Tx,
    restaurantId: string,
    details: RestaurantDetails,
    menu: NewMenu,
    version: number,
  ): Promise<number> {
    const dishes: NewDish[] = dishesOf(menu);
    const items = dishes.map(({ itemId, available = true }) => ({ itemId, available }));
    const fresh = new Set(await this.stock.list(tx, restaurantId, items));
    const newDishes = dishes.filter(({ itemId }) => fresh.has(itemId));
    await Promise.all(
      newDishes.map(({ itemId, portions = portionsByDefault }) =>
        this.stock.count(tx, { restaurantId, itemId, portions }),
      ),
    );
    const printed = asPrinted(menu);
    await tx.run(addMenu, { restaurantId, version, sections: printed });
    const { name, currency, location, timetable, prepMinutes } = details;
    const sections = asOffered(printed, await this.stock.of(tx, restaurantId));
    send(tx, MenuPublished({ restaurantId, name, currency, location, version, timetable, prepMinutes, sections }));
    return version;
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

export function noRestaurant(restaurantId: string): DomainError {
  return new DomainError('restaurant.not-found', 'not-found', `There is no restaurant ${restaurantId}.`, {
    restaurantId,
  });
}

/** Without what is not printed. */
export function asPrinted(menu: NewMenu): Menu {
  return menu.map(({ name, items }) => ({ name, items: items.map(({ portions: _, available: __, ...dish }) => dish) }));
}

/** The columns of a {@link Restaurant}, for every statement that reads one. */
export const restaurantColumns = `restaurant_id as "restaurantId", name, cuisine, currency,
  json_build_object('lat', lat, 'lon', lon) as location, open, timetable,
  prep_minutes as "prepMinutes", autopilot, version`;

const findRestaurant = query<{ restaurantId: string }, Restaurant>(`
  select i.n, ${restaurantColumns} from json_to_recordset($1) as i(n int, "restaurantId" text)
  join restaurants r on r.restaurant_id = i."restaurantId"`);

const findMenu = query<{ restaurantId: string }, { sections: Menu }>(`
  select i.n, m.sections from json_to_recordset($1) as i(n int, "restaurantId" text)
  join restaurants r on r.restaurant_id = i."restaurantId" join menus m using (restaurant_id, version)`);

const detailsInput = `"restaurantId" text, name text, cuisine text, currency text, location json, timetable jsonb,
  "prepMinutes" int, autopilot boolean`;

const addRestaurant = change<RestaurantDetails & { restaurantId: string; open: boolean }, { added: true }>(`
  with i as (
    select * from json_to_recordset($1) as i(n int, open boolean, ${detailsInput})
  ), added as (
    insert into restaurants (restaurant_id, name, cuisine, currency, lat, lon, open, timetable, prep_minutes, autopilot, version)
    select "restaurantId", name, cuisine, currency, (location->>'lat')::float8, (location->>'lon')::float8, open,
      timetable, "prepMinutes", autopilot, 1 from i
    on conflict (restaurant_id) do nothing returning restaurant_id
  )
  select i.n, true as added from i join added on added.restaurant_id = i."restaurantId"`);

const reviseRestaurant = change<RestaurantDetails & { restaurantId: string; seen: number }, { revised: true }>(`
  update restaurants r set name = i.name, cuisine = i.cuisine, currency = i.currency,
    lat = (i.location->>'lat')::float8, lon = (i.location->>'lon')::float8, timetable = i.timetable,
    prep_minutes = i."prepMinutes", autopilot = i.autopilot, version = version + 1
  from json_to_recordset($1) as i(n int, seen int, ${detailsInput})
  where r.restaurant_id = i."restaurantId" and r.version = i.seen
  returning i.n, true as revised`);

const addMenu = change<{ restaurantId: string; version: number; sections: Menu }>(`
  insert into menus (restaurant_id, version, sections)
  select "restaurantId", version, sections from json_to_recordset($1) as i(n int, "restaurantId" text, version int, sections json)`);

const setOpen = change<{ restaurantId: string; open: boolean }, { changed: true }>(`
  with said as (
    select distinct on ("restaurantId") * from json_to_recordset($1) as i(n int, "restaurantId" text, open boolean)
    order by "restaurantId", n desc
  )
  update restaurants r set open = said.open from said where r.restaurant_id = said."restaurantId" and r.open <> said.open
  returning said.n, true as changed`);
