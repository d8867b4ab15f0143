/** So many portions of one item. */
export interface Portions {
  readonly itemId: string;
  readonly quantity: number;
}

/** What an order holds of a restaurant's stock. Each revision of an order has its own. */
export interface Hold {
  readonly orderId: string;
  readonly restaurantId: string;
  readonly revision: number;
  readonly portions: readonly Portions[];
}

/** How an order's hold is to change, per item: from so many portions to so many. */
export interface HoldChange {
  readonly itemId: string;
  readonly held: number;
  readonly wanted: number;
}

/** How many portions of each item these lines take: two lines with different modifiers eat from the same pot. */
export function portionsOf(lines: readonly Portions[]): Portions[] {
  const quantities = new Map<string, number>();
  for (const { itemId, quantity } of lines) quantities.set(itemId, (quantities.get(itemId) ?? 0) + quantity);
  return [...quantities].map(([itemId, quantity]) => ({ itemId, quantity }));
}

/** Every item that either hold knows. A first hold comes from no portions. */
export function changeOfHold(held: readonly Portions[], wanted: readonly Portions[]): HoldChange[] {
  const of = (portions: readonly Portions[], itemId: string) =>
    portions.find((portion) => portion.itemId === itemId)?.quantity ?? 0;
  const itemIds = new Set([...wanted, ...held].map(({ itemId }) => itemId));
  return [...itemIds].map((itemId) => ({ itemId, held: of(held, itemId), wanted: of(wanted, itemId) }));
}
