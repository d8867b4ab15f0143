import type { Modifier, Money, OrderLine } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';

/** A line as the customer asks for it. */
export interface WantedLine {
  itemId: string;
  quantity: number;
  modifierIds?: readonly string[] | undefined;
}

/** What a menu says of its items. Prices in the minor unit of the menu's currency. */
export interface PriceList {
  currency: string;
  items: ReadonlyMap<string, { name: string; price: number; available: boolean; modifiers: readonly Modifier[] }>;
}

/**
 * Prices the lines: total = Σ quantity × (price + modifiers).
 * @throws {DomainError} `order.unknown-item`, `order.unknown-modifier` (invalid), `order.item-unavailable` (conflict), `order.nothing-to-pay` (invalid)
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
  const chosen = [...new Set(modifierIds)].map((modifierId) => {
    const modifier = item.modifiers.find((one) => one.modifierId === modifierId);
    const field = `lines.${at}.modifierIds`;
    if (!modifier)
      throw new DomainError(
        'order.unknown-modifier',
        'invalid',
        `${field}: ${item.name} has no modifier ${modifierId}.`,
        { field },
      );
    return modifier;
  });
  const unit = chosen.reduce((sum, { price }) => sum + price.amount, item.price);
  return {
    itemId,
    name: item.name,
    quantity,
    unitPrice: { amount: unit, currency: menu.currency },
    modifierIds: chosen.map(({ modifierId }) => modifierId),
  };
}
