import type { Money, ModifierGroup } from '@thali/contracts';
import { invalidMenu } from './errors';
import { faultOfId, faultOfName, longest } from './menu-text';

/** A dish or a drink as the menu prints it. How many portions are left, and whether the kitchen offers it now, is not printed. */
export interface Dish {
  readonly itemId: string;
  readonly name: string;
  readonly description?: string;
  readonly price: Money;
  readonly modifierGroups: readonly ModifierGroup[];
}

interface Section {
  readonly name: string;
  readonly items: readonly Dish[];
}

/** What can be ordered from one restaurant, at which prices. Never changed: revised into the next version. */
export type Menu = readonly Section[];

/** Something on a menu that could never be ordered, or read: a path such as `sections.0.items.1.itemId`, and what is wrong there. */
export interface MenuFault {
  readonly field: string;
  readonly expected: string;
}

/** In minor units. Far above any meal; and a whole order of such dishes can still be counted. */
export const dearest = 1_000_000_000;

/** As many modifiers as an order may name for one line. */
const mostChosen = 20;

export function dishesOf(menu: Menu): Dish[] {
  return menu.flatMap(({ items }) => items);
}

/**
 * One currency, every dish once, and each can be ordered.
 * @throws {DomainError} `restaurant.invalid-menu` with the path of everything that is wrong.
 */
export function checkMenu(menu: Menu, currency: string): void {
  const problems = faultsOf(menu, currency);
  if (problems.length > 0) throw invalidMenu(problems);
}

/** Everything on a menu that could not be ordered. */
export function faultsOf(menu: Menu, currency: string): MenuFault[] {
  if (dishesOf(menu).length === 0) return [{ field: 'sections', expected: 'a menu holds at least one dish' }];
  const seen = new Set<string>();
  return menu.flatMap(({ name, items }, s) => [
    ...faultsIf(`sections.${s}.name`, faultOfName(name)),
    ...items.flatMap((dish, i) => {
      const path = `sections.${s}.items.${i}`;
      const twice = seen.has(dish.itemId) ? `"${dish.itemId}" is on the menu twice` : undefined;
      seen.add(dish.itemId);
      return [...faultsIf(`${path}.itemId`, faultOfId(dish.itemId) ?? twice), ...faultsOfDish(dish, path, currency)];
    }),
  ]);
}

/** The menu with a new price for one dish. @throws {DomainError} `restaurant.invalid-menu` for another currency or no price. */
export function repriced(menu: Menu, itemId: string, price: Money): Menu {
  const reprice = (dish: Dish): Dish => (dish.itemId === itemId ? { ...dish, price } : dish);
  return menu.map((section) => ({ ...section, items: section.items.map(reprice) }));
}

function faultsOfDish(dish: Dish, path: string, currency: string): MenuFault[] {
  const { name, price, description = '', modifierGroups } = dish;
  const ids = modifierGroups.flatMap(({ modifiers }) => modifiers.map(({ modifierId }) => modifierId));
  const least = modifierGroups.reduce((sum, { min }) => sum + min, 0);
  return [
    ...faultsIf(`${path}.name`, faultOfName(name)),
    ...faultsIf(
      `${path}.description`,
      description.length > longest.description && `must not be longer than ${longest.description} characters`,
    ),
    ...faultsIf(`${path}.price.amount`, price.amount <= 0 && `"${name}" must cost something`),
    ...faultsOfPrice(price, `${path}.price`, currency),
    ...faultsIf(
      `${path}.modifierGroups`,
      least > mostChosen && `an order may name ${mostChosen} modifiers, and "${name}" asks for ${least}`,
    ),
    ...modifierGroups.flatMap((group, g) => {
      const at = `${path}.modifierGroups.${g}`;
      const first = modifierGroups.findIndex(({ groupId }) => groupId === group.groupId);
      return [
        ...faultsIf(`${at}.groupId`, first !== g && `"${name}" has the group "${group.groupId}" twice`),
        ...faultsOfGroup(group, at, ids, name, currency),
      ];
    }),
  ];
}

/** @param ids those of all modifiers of the dish. */
function faultsOfGroup(
  { groupId, name, min, max, defaults, modifiers }: ModifierGroup,
  path: string,
  ids: readonly string[],
  dish: string,
  currency: string,
): MenuFault[] {
  const taken = modifiers.filter(({ modifierId }) => defaults.includes(modifierId));
  const unsound =
    taken.length !== defaults.length || (defaults.length > 0 && (defaults.length < min || defaults.length > max));
  return [
    ...faultsIf(`${path}.groupId`, faultOfId(groupId)),
    ...faultsIf(`${path}.name`, faultOfName(name)),
    ...faultsIf(`${path}.min`, min > Math.min(max, modifiers.length) && `nobody can choose ${min} of "${name}"`),
    ...faultsIf(`${path}.defaults`, unsound && `must be from ${min} to ${max} different modifiers of "${name}"`),
    ...faultsIf(
      `${path}.defaults`,
      taken.some(({ price }) => price.amount > 0) && 'cost nothing: their price is in that of the dish',
    ),
    ...modifiers.flatMap((modifier, m) => {
      const at = `${path}.modifiers.${m}`;
      const { modifierId } = modifier;
      const twice = ids.indexOf(modifierId) !== ids.lastIndexOf(modifierId);
      return [
        ...faultsIf(
          `${at}.modifierId`,
          faultOfId(modifierId) ?? (twice && `"${dish}" has the modifier "${modifierId}" twice`),
        ),
        ...faultsIf(`${at}.name`, faultOfName(modifier.name)),
        ...faultsOfPrice(modifier.price, `${at}.price`, currency),
      ];
    }),
  ];
}

function faultsOfPrice(price: Money, path: string, currency: string): MenuFault[] {
  return [
    ...faultsIf(`${path}.amount`, price.amount > dearest && `no price is above ${dearest}`),
    ...faultsIf(
      `${path}.currency`,
      price.currency !== currency && `the prices of this restaurant are in ${currency}, not ${price.currency}`,
    ),
  ];
}

function faultsIf(field: string, expected: string | false | undefined): MenuFault[] {
  return expected ? [{ field, expected }] : [];
}
