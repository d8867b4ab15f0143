import { Injectable } from '@nestjs/common';
import { ItemAvailabilityChanged, MenuPublished, OpeningChanged, type Location, type Modifier } from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import { change, query, type Tx } from '@thali/kit/postgres';

/** What is needed to price an order at one restaurant. */
export interface MenuExcerpt {
  name: string;
  currency: string;
  location: Location;
  version: number;
  open: boolean;
  items: Map<string, { name: string; price: number; available: boolean; modifiers: Modifier[] }>;
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

  /** The named items of a restaurant's menu; undefined when there is no such restaurant. */
  async excerpt(tx: Tx, restaurantId: string, itemIds: readonly string[]): Promise<MenuExcerpt | undefined> {
    const rows = await tx.run(readItems, { restaurantId, itemIds });
    const menu = rows[0];
    if (!menu) return undefined;
    const { name, currency, lat, lon, version, open } = menu;
    const items = rows.flatMap(({ itemId, itemName, price, available, modifiers }) =>
      itemId === null ? [] : ([[itemId, { name: itemName, price, available, modifiers }]] as const),
    );
    return { name, currency, location: { lat, lon }, version, open, items: new Map(items) };
  }
}

interface MenuRow {
  restaurantId: string;
  name: string;
  currency: string;
  lat: number;
  lon: number;
  version: number;
  items: readonly { itemId: string; name: string; price: number; available: boolean; modifiers: readonly Modifier[] }[];
}

function rowOf({ restaurantId, name, currency, location, version, sections }: DataOf<typeof MenuPublished>): MenuRow {
  const items = new Map(sections.flatMap((section) => section.items).map((item) => [item.itemId, item]));
  return {
    restaurantId,
    name,
    currency,
    ...location,
    version,
    items: [...items.values()].map((item) => ({ ...item, price: item.price.amount })),
  };
}

interface ItemRow {
  name: string;
  currency: string;
  lat: number;
  lon: number;
  version: number;
  open: boolean;
  itemId: string | null;
  itemName: string;
  price: number;
  available: boolean;
  modifiers: Modifier[];
}

const readItems = query<{ restaurantId: string; itemIds: readonly string[] }, ItemRow>(`
  select i.n, m.name, m.currency, m.lat, m.lon, m.version, m.open, t.item_id as "itemId", t.name as "itemName", t.price, t.available, t.modifiers
  from json_to_recordset($1) as i(n int, "restaurantId" text, "itemIds" json)
  join menus m on m.restaurant_id = i."restaurantId"
  left join lateral (
    select * from menu_items t where t.restaurant_id = m.restaurant_id and t.item_id in (select json_array_elements_text(i."itemIds"))
  ) t on true`);

// One statement, so that nobody who shares the transaction sees a menu with the items of another. A newer one that we have stays.
const saveMenu = change<MenuRow>(`
  with i as (
    select * from json_to_recordset($1) as i(n int, "restaurantId" text, name text, currency text, lat float8, lon float8, version int,
      items json)
  ), saved as (
    insert into menus as m (restaurant_id, name, currency, lat, lon, version)
    select "restaurantId", name, currency, lat, lon, version from i order by "restaurantId"
    on conflict (restaurant_id) do update set name = excluded.name, currency = excluded.currency, lat = excluded.lat,
      lon = excluded.lon, version = excluded.version
    where m.version < excluded.version
    returning restaurant_id
  ), listed as (
    select s.restaurant_id, item.*
    from saved s join i on i."restaurantId" = s.restaurant_id,
      json_to_recordset(i.items) as item("itemId" text, name text, price bigint, available boolean, modifiers json)
  ), gone as (
    delete from menu_items t using saved s
    where t.restaurant_id = s.restaurant_id
      and not exists (select 1 from listed l where l.restaurant_id = t.restaurant_id and l."itemId" = t.item_id)
  )
  insert into menu_items (restaurant_id, item_id, name, price, available, modifiers)
  select restaurant_id, "itemId", name, price, available, modifiers from listed order by restaurant_id, "itemId"
  on conflict (restaurant_id, item_id) do update set name = excluded.name, price = excluded.price, available = excluded.available,
    modifiers = excluded.modifiers`);

const setAvailable = change<{ restaurantId: string; itemId: string; available: boolean }>(`
  update menu_items m set available = i.available
  from json_to_recordset($1) as i(n int, "restaurantId" text, "itemId" text, available boolean)
  where m.restaurant_id = i."restaurantId" and m.item_id = i."itemId"`);

const setOpen = change<{ restaurantId: string; open: boolean }>(`
  update menus m set open = i.open from json_to_recordset($1) as i(n int, "restaurantId" text, open boolean)
  where m.restaurant_id = i."restaurantId"`);
