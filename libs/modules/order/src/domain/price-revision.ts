import type { Money, OrderLine } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';
import { withDefaults, type Choosable } from './choose-modifiers';
import { priceLine, totalOf, type PriceList, type WantedLine } from './price-order';

/**
 * Prices what an order is to become. What was promised keeps its price and may stay, shrink or go, also when the dish has been taken off
 * since; only what exceeds it is priced, and checked, by the menu of today. A line of both becomes two.
 * @throws {DomainError} as `priceOrder` does, for what is added; `order.other-currency` (conflict) when the menu has changed its currency.
 */
export function priceRevision(
  menu: PriceList,
  promised: readonly OrderLine[],
  wanted: readonly WantedLine[],
): { lines: OrderLine[]; total: Money } {
  const left = promised.map((line) => ({ ...line }));
  const lines = wanted.flatMap((line, at) => {
    const kept = keep(left, line, menu.items.get(line.itemId));
    const quantity = line.quantity - kept.reduce((sum, { quantity }) => sum + quantity, 0);
    return quantity > 0 ? [...kept, priceAdded(menu, promised, { ...line, quantity }, at)] : kept;
  });
  return { lines, total: totalOf(lines, currencyOf(promised)) };
}

/** Takes of the promised lines as much as is wanted and there. */
function keep(left: OrderLine[], wanted: WantedLine, item: Choosable | undefined): OrderLine[] {
  const named = wanted.modifierIds ?? [];
  const choices = [named, item ? withDefaults(item, named) : named];
  let missing = wanted.quantity;
  return left
    .filter((line) => line.itemId === wanted.itemId && choices.some((choice) => isChoiceOf(line, choice)))
    .flatMap((line) => {
      const quantity = Math.min(line.quantity, missing);
      line.quantity -= quantity;
      missing -= quantity;
      return quantity > 0 ? [{ ...line, quantity }] : [];
    });
}

function priceAdded(menu: PriceList, promised: readonly OrderLine[], line: WantedLine, at: number): OrderLine {
  const currency = currencyOf(promised);
  if (menu.currency !== currency)
    throw new DomainError(
      'order.other-currency',
      'conflict',
      `The order is in ${currency}, and the restaurant sells in ${menu.currency} now: dishes can only be taken off.`,
    );
  return priceLine(menu, line, at);
}

function isChoiceOf({ modifierIds }: OrderLine, choice: readonly string[]): boolean {
  const chosen = new Set(choice);
  return chosen.size === modifierIds.length && modifierIds.every((id) => chosen.has(id));
}

function currencyOf([first]: readonly OrderLine[]): string {
  if (!first) throw new Error('an order without lines cannot be revised');
  return first.unitPrice.currency;
}
