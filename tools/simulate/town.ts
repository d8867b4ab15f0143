import type { Api } from './api';

export interface Item {
  readonly itemId: string;
  readonly price: { readonly amount: number; readonly currency: string };
  readonly portions: number;
  readonly available: boolean;
  readonly modifierGroups: readonly {
    readonly min: number;
    readonly max: number;
    readonly defaults: readonly string[];
    readonly modifiers: readonly { readonly modifierId: string }[];
  }[];
}

/** A restaurant that takes orders. */
export interface Restaurant {
  readonly restaurantId: string;
  readonly location: { readonly lat: number; readonly lon: number };
  readonly autopilot: boolean;
  /** What can be ordered. */
  readonly items: readonly Item[];
}

/** Where everything happens. */
export interface Town {
  readonly restaurants: readonly Restaurant[];
  /** A dish that runs out. */
  readonly scarce: { readonly restaurant: Restaurant; readonly item: Item };
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

type Listed = Pick<Restaurant, 'restaurantId' | 'location' | 'autopilot'> & { readonly open: boolean };

/** Of the scarce dish: enough for one. */
const scarcePortions = 4;
export const scarceQuantity = 3;

/** Looks around, and has the kitchens stock up for so many orders. @throws {Error} when nobody is open. */
export async function prepareTown(api: Api, orders: number): Promise<Town> {
  const open = (await readAll<Listed>(api, '/restaurants')).filter((restaurant) => restaurant.open);
  const restaurants: Restaurant[] = [];
  for (const { restaurantId, location, autopilot } of open)
    restaurants.push({ restaurantId, location, autopilot, items: await readItems(api, restaurantId) });
  const serving = restaurants.filter(({ items }) => items.length > 1);
  const restaurant = serving.at(-1);
  const item = restaurant?.items.at(-1);
  if (!restaurant || !item) throw new Error('no restaurant is open: start Thali with its example data');
  for (const { restaurantId, items } of serving) await stockUp(api, restaurantId, items, orders);
  await setPortions(api, restaurant.restaurantId, item, scarcePortions);
  return { restaurants: serving, scarce: { restaurant, item } };
}

/** Leaves everything as a newcomer would like to find it. */
export async function tidyTown(api: Api, { scarce: { restaurant, item } }: Town): Promise<void> {
  await setPortions(api, restaurant.restaurantId, item, Math.max(item.portions, 100));
}

/** Every page of a list. */
async function readAll<T>(api: Api, path: string): Promise<T[]> {
  const all: T[] = [];
  for (let after: string | null = ''; after !== null;) {
    const query: string = after ? `?after=${after}` : '';
    const page: Page<T> = await api.ask({ method: 'GET', path: path + query });
    all.push(...page.items);
    after = page.next;
  }
  return all;
}

async function readItems(api: Api, restaurantId: string): Promise<Item[]> {
  const menu = await api.ask<{ sections: { items: Item[] }[] }>({
    method: 'GET',
    path: `/restaurants/${restaurantId}/menu`,
  });
  return menu.sections.flatMap(({ items }) => items).filter(({ available }) => available);
}

/** An order takes three portions of a dish at most, and there are dozens of dishes. */
async function stockUp(api: Api, restaurantId: string, items: readonly Item[], orders: number): Promise<void> {
  const enough = 20 + Math.ceil(orders / 4);
  for (const item of items) if (item.portions < enough) await setPortions(api, restaurantId, item, enough);
}

async function setPortions(api: Api, restaurantId: string, { itemId }: Item, portions: number): Promise<void> {
  await api.ask({
    method: 'PATCH',
    path: `/restaurants/${restaurantId}/items/${encodeURIComponent(itemId)}`,
    body: { portions },
  });
}
