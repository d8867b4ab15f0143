import type { Money, OrderLine } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';
import { chooseModifiers, nameOf, type Choosable } from './choose-modifiers';

/** A line as the customer asks for it. */
export interface WantedLine {
  itemId: string;
  quantity: number;
  modifierIds?: readonly string[] | undefined;
}

/** What a menu says of its items. Prices in the minor unit of the menu's currency. */
export interface PriceList {
  currency: string;
  items: ReadonlyMap<string, PricedItem>;
}

interface PricedItem extends Choosable {
  price: number;
  available: boolean;
}

/**
 * Prices the lines: total = Σ quantity × (price + modifiers).
 * @throws {DomainError} `order.unknown-item`, `order.unknown-modifier`, `order.too-few-chosen`, `order.too-many-chosen`, `order.nothing-to-pay`
 *   (invalid), `order.item-unavailable` (conflict)
 */
export function priceOrder(menu: PriceList, wanted: readonly WantedLine[]): { lines: OrderLine[]; total: Money } {
  const lines = wanted.map((line, at) => priceLine(menu, line, at));
  return { lines, total: totalOf(lines, menu.currency) };
}

/** What the lines cost together. @throws {DomainError} `order.nothing-to-pay` (invalid) */
export function totalOf(lines: readonly OrderLine[], currency: string): Money {
  const amount = lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0);
  if (amount === 0)
    throw new DomainError('order.nothing-to-pay', 'invalid', 'These lines cost nothing: there is nothing to order.');
  return { amount, currency };
}

/** Prices one line by the menu. @param at its place in the request, which a refusal names. */
export function priceLine(menu: PriceList, { itemId, quantity, modifierIds = [] }: WantedLine, at: number): OrderLine {
  const item = menu.items.get(itemId);
  const field = `lines.${at}.itemId`;
  if (!item)
    throw new DomainError('order.unknown-item', 'invalid', `${field}: this restaurant has no item ${itemId}.`, {
      field,
    });
  if (!item.available)
    throw new DomainError('order.item-unavailable', 'conflict', `${item.name} is not available now.`, {
      field,
      itemId,
    });
  const modifiers = item.modifierGroups.flatMap((group) => group.modifiers);
  const chosen = chooseModifiers(item, modifierIds, `lines.${at}.modifierIds`);
  const unit = modifiers
    .filter(({ modifierId }) => chosen.includes(modifierId))
    .reduce((sum, { price }) => sum + price.amount, item.price);
  return {
    itemId,
    name: nameOf(item, chosen),
    quantity,
    unitPrice: { amount: unit, currency: menu.currency },
    modifierIds: chosen,
  };
}
