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

export interface Section {
  readonly name: string;
  readonly items: readonly Dish[];
}

/** What can be ordered from one restaurant, at which prices. Never changed: revised into the next version. */
export type Menu = readonly Section[];

export function dishesOf(menu: Menu): Dish[] {
  return menu.flatMap(({ items }) => items);
}

/**
 * One currency, every dish once, and a dish costs something.
 * @throws {DomainError} `restaurant.invalid-menu` with the path of what is wrong.
 */
export function checkMenu(menu: Menu, currency: string): void {
  const seen = new Set<string>();
  menu.forEach(({ items }, s) =>
    items.forEach((dish, i) => {
      const path = `sections.${s}.items.${i}`;
      if (seen.has(dish.itemId)) throw invalidMenu(`${path}.itemId`, `"${dish.itemId}" is on the menu twice`);
      seen.add(dish.itemId);
      checkPrice(dish, path, currency);
    }),
  );
}

/** The menu with a new price for one dish. @throws {DomainError} `restaurant.invalid-menu` for another currency or no price. */
export function repriced(menu: Menu, itemId: string, price: Dish['price']): Menu {
  const reprice = (dish: Dish): Dish => (dish.itemId === itemId ? { ...dish, price } : dish);
  return menu.map((section) => ({ ...section, items: section.items.map(reprice) }));
}

function checkPrice(dish: Dish, path: string, currency: string): void {
  if (dish.price.amount <= 0) throw invalidMenu(`${path}.price.amount`, `"${dish.name}" must cost something`);
  const foreign = [dish.price, ...dish.modifiers.map(({ price }) => price)].find((price) => price.currency !== currency);
  if (foreign) throw invalidMenu(`${path}`, `"${dish.name}" is priced in ${foreign.currency}; this restaurant's prices are in ${currency}`);
  const modifierIds = dish.modifiers.map(({ modifierId }) => modifierId);
  const twice = modifierIds.find((id, n) => modifierIds.indexOf(id) !== n);
  if (twice) throw invalidMenu(`${path}.modifiers`, `"${dish.name}" has the modifier "${twice}" twice`);
}

function invalidMenu(field: string, what: string): DomainError {
  return new DomainError('restaurant.invalid-menu', 'invalid', `${field}: ${what}.`, { problems: [{ field, expected: what }] });
}
