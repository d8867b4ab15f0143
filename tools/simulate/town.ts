import type { Api } from './api';

export interface Item {
  readonly itemId: string;
  readonly price: { readonly amount: number; readonly currency: string };
  readonly portions: number;
  readonly available: boolean;
  readonly modifiers: readonly { readonly modifierId: string }[];
}

/** A restaurant that takes orders. */
export interface Restaurant {
  readonly restaurantId: string;
  readonly location: { readonly lat: number; readonly lon: number };
  readonly autopilot: boolean;
  /** What can be ordered. */
  readonly items: readonly Item[];
  /** The one of them that runs out. */
  readonly scarce: Item;
}

/** Where everything happens. */
export interface Town {
  readonly restaurants: readonly Restaurant[];
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

type Listed = Pick<Restaurant, 'restaurantId' | 'location' | 'autopilot'> & { readonly open: boolean };

/** So many portions of the scarce dish, whatever the size of the run. */
const scarcePortions = 2;

/** Looks around, and has the kitchens stock up for so many orders. @throws {Error} when nobody is open. */
export async function prepareTown(api: Api, orders: number): Promise<Town> {
  const open = (await readAll<Listed>(api, '/restaurants')).filter((restaurant) => restaurant.open);
  const restaurants: Restaurant[] = [];
  for (const { restaurantId, location, autopilot } of open) {
    const items = await readItems(api, restaurantId);
    const [scarce] = items;
    if (!scarce || items.length < 2) continue;
    await stockUp(api, restaurantId, items.slice(1), orders);
    await setPortions(api, restaurantId, scarce, scarcePortions);
    restaurants.push({ restaurantId, location, autopilot, items, scarce });
  }
  if (restaurants.length === 0) throw new Error('no restaurant is open: start Thali with its example data');
  return { restaurants };
}

/** Every page of a list. */
export async function readAll<T>(api: Api, path: string): Promise<T[]> {
  const all: T[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const query: string = after ? `?after=${after}` : '';
    const page: Page<T> = await api.ask({ method: 'GET', path: path + query });
    all.push(...page.items);
    after = page.next;
  }
  return all;
}

async function readItems(api: Api, restaurantId: string): Promise<Item[]> {
  const menu = await api.ask<{ sections: { items: Item[] }[] }>({ method: 'GET', path: `/restaurants/${restaurantId}/menu` });
  return menu.sections.flatMap(({ items }) => items).filter(({ available }) => available);
}

/** An order takes nine portions of a dish at most, and its fair share of them on average. */
async function stockUp(api: Api, restaurantId: string, items: readonly Item[], orders: number): Promise<void> {
  const enough = 20 + orders;
  for (const item of items) if (item.portions < enough) await setPortions(api, restaurantId, item, enough);
}

async function setPortions(api: Api, restaurantId: string, { itemId }: Item, portions: number): Promise<void> {
  await api.ask({ method: 'PATCH', path: `/restaurants/${restaurantId}/items/${encodeURIComponent(itemId)}`, body: { portions } });
}
