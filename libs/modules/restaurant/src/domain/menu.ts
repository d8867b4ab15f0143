import type { Modifier } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';

/** A dish or a drink as the menu prints it. How many portions are left, and whether the kitchen offers it now, is not printed. */
export interface Dish {
  readonly itemId: string;
  readonly name: string;
  readonly description?: string;
  readonly price: Modifier['price'];
  readonly modifiers: readonly Modifier[];
}

interface Section {
  readonly name: string;
  readonly items: readonly Dish[];
}

/** What can be ordered from one restaurant, at which prices. Never changed: revised into the next version. */
export type Menu = readonly Section[];

/** In minor units. Far above any meal; and a whole order of such dishes can still be counted. */
export const dearest = 1_000_000_000;

export function dishesOf(menu: Menu): Dish[] {
  return menu.flatMap(({ items }) => items);
}

/**
 * One currency, every dish once, and a dish costs something that somebody could pay.
 * @throws {DomainError} `restaurant.invalid-menu` with the path of what is wrong.
 */
export function checkMenu(menu: Menu, currency: string): void {
  const seen = new Set<string>();
  menu.forEach(({ items }, s) =>
    items.forEach((dish, i) => {
      const path = `sections.${s}.items.${i}`;
      if (seen.has(dish.itemId)) throw invalidMenu(`${path}.itemId`, `"${dish.itemId}" is on the menu twice`);
      seen.add(dish.itemId);
      checkDish(dish, path, currency);
    }),
  );
}

/** The menu with a new price for one dish. @throws {DomainError} `restaurant.invalid-menu` for another currency or no price. */
export function repriced(menu: Menu, itemId: string, price: Dish['price']): Menu {
  const reprice = (dish: Dish): Dish => (dish.itemId === itemId ? { ...dish, price } : dish);
  return menu.map((section) => ({ ...section, items: section.items.map(reprice) }));
}

function checkDish({ name, price, modifiers }: Dish, path: string, currency: string): void {
  if (price.amount <= 0) throw invalidMenu(`${path}.price.amount`, `"${name}" must cost something`);
  checkPrice(price, `${path}.price`, currency);
  modifiers.forEach(({ modifierId, price: extra }, m) => {
    const first = modifiers.findIndex((modifier) => modifier.modifierId === modifierId);
    if (first !== m)
      throw invalidMenu(`${path}.modifiers.${m}.modifierId`, `"${name}" has the modifier "${modifierId}" twice`);
    checkPrice(extra, `${path}.modifiers.${m}.price`, currency);
  });
}

function checkPrice(price: Dish['price'], path: string, currency: string): void {
  if (price.amount > dearest) throw invalidMenu(`${path}.amount`, `no price is above ${dearest}`);
  if (price.currency !== currency)
    throw invalidMenu(`${path}.currency`, `the prices of this restaurant are in ${currency}, not ${price.currency}`);
}

function invalidMenu(field: string, what: string): DomainError {
  return new DomainError('restaurant.invalid-menu', 'invalid', `${field}: ${what}.`, {
    problems: [{ field, expected: what }],
  });
}
