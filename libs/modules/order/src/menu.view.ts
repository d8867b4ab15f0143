import { Injectable } from '@nestjs/common';
import {
  ItemAvailabilityChanged,
  MenuPublished,
  OpeningChanged,
  type Location,
  type ModifierGroup,
  type Timetable,
} from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import { rows, type NewRowOf, type RowOf, type Tx } from '@thali/kit/postgres';
import { restaurantNotFound } from './domain/errors';
import type { WantedLine } from './domain/price-order';
import { MenuItems, Menus } from './entities';

/** What is needed to price an order at one restaurant. */
export interface MenuExcerpt {
  name: string;
  currency: string;
  location: Location;
  version: number;
  /** What its staff last said; its timetable counts, too. */
  open: boolean;
  timetable: Timetable | null;
  items: Map<string, { name: string; price: number; available: boolean; modifierGroups: ModifierGroup[] }>;
}

/**
 * The order module's own copy of the menus, kept by what the restaurants announce. Prices an order without asking
 * anybody; it may be a moment behind, and then the price that the customer has seen holds.
 */
@Injectable()
export class MenuView {
  @Handles([MenuPublished, ItemAvailabilityChanged, OpeningChanged], 'order.copy-menu')
  async copy(
    data: DataOf<typeof MenuPublished> | DataOf<typeof ItemAvailabilityChanged> | DataOf<typeof OpeningChanged>,
    tx: Tx,
  ): Promise<void> {
    if ('itemId' in data) tx.defer(setAvailable, data);
    else if ('open' in data) tx.defer(setOpen, data);
    else tx.defer(saveMenu, rowOf(data));
  }

  /** What is needed to price these lines. @throws {DomainError} `order.unknown-restaurant` (invalid) */
  async excerptFor(tx: Tx, restaurantId: string, lines: readonly WantedLine[]): Promise<MenuExcerpt> {
    const itemIds = lines.map(({ itemId }) => itemId);
    const menu = await this.excerpt(tx, restaurantId, itemIds);
    if (!menu) throw restaurantNotFound(restaurantId);
    return menu;
  }

  /** The named items of a restaurant's menu; undefined when there is no such restaurant. */
  async excerpt(tx: Tx, restaurantId: string, itemIds: readonly string[]): Promise<MenuExcerpt | undefined> {
    const found = await tx.run(readItems, { restaurantId, itemIds });
    const menu = found[0];
    if (!menu) return undefined;
    const { name, currency, lat, lon, version, open, timetable } = menu;
    const items = found.flatMap(({ itemId, itemName, price, available, modifierGroups }) =>
      itemId === null ? [] : ([[itemId, { name: itemName, price, available, modifierGroups }]] as const),
    );
    return { name, currency, location: { lat, lon }, version, open, timetable, items: new Map(items) };
  }
}

function rowOf(menu: DataOf<typeof MenuPublished>) {
  const { restaurantId, name, currency, location, version, timetable, sections } = menu;
  const items = new Map(sections.flatMap((section) => section.items).map((item) => [item.itemId, item]));
  return {
    restaurantId,
    name,
    currency,
    ...location,
    version,
    timetable,
    items: [...items.values()].map((item): NewRowOf<typeof MenuItems> => ({
      ...item,
      restaurantId,
      price: item.price.amount,
    })),
  };
}

type ItemRow = RowOf<typeof Menus> &
  Pick<RowOf<typeof MenuItems>, 'price' | 'available' | 'modifierGroups'> & { itemId: string | null; itemName: string };

const readItems = rows({ restaurantId: 'text', itemIds: 'text[]' }).query<ItemRow>(
  (input) => `
  select i.n, ${Menus.columns('m')}, ${MenuItems.columns('t', 'itemId', 'price', 'available', 'modifierGroups')}, t.name as "itemName"
  from ${input}
  join menus m on m.restaurant_id = i."restaurantId"
  left join menu_items t on t.restaurant_id = m.restaurant_id and t.item_id = any(i."itemIds")`,
);

// One statement, so that nothing that shares the transaction sees a menu with the items of another. A newer one that is there stays.
const saveMenu = rows({ ...Menus.newRow, items: 'json' }).change(
  (input) => `
  with i as (
    select * from ${input}
  ), saved as (
    ${Menus.upsertFrom('i')} where t.version < excluded.version returning restaurant_id, version
  ), listed as (
    select i.n, item.* from saved s join i on i."restaurantId" = s.restaurant_id and i.version = s.version,
      ${MenuItems.recordset('i.items', 'item')}
  ), gone as (
    delete from menu_items t using saved s
    where t.restaurant_id = s.restaurant_id
      and not exists (select 1 from listed l where l."restaurantId" = t.restaurant_id and l."itemId" = t.item_id)
  )
  ${MenuItems.upsertFrom('listed i')}`,
);

const setAvailable = MenuItems.set('available');
const setOpen = Menus.set('open');
