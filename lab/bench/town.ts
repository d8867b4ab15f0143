import type { Environment } from '@thali/kit/nest';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import { importFiles } from '@thali/tools/import';

/** Restaurants so far apart that each has its own couriers; named by four digits, from `firstPlace`. */
export const places = 256;
export const firstPlace = 1_000;
const couriersPerPlace = 8;
const bagsPerCourier = 10;

const dishes = ['masala-dosa', 'idli', 'sambar', 'dal', 'raita', 'chai'];
const enoughPortions = 1_000_000;

/** What one customer asks for: two dishes, from the restaurant of that place. */
export function wish(place: number, customer: number): object {
  return {
    restaurantId: restaurantAt(place),
    customerId: `cus_bench${customer % 10_000}`,
    lines: [
      { itemId: 'masala-dosa', quantity: 2 },
      { itemId: 'chai', quantity: 1 },
    ],
    deliverTo: { address: 'Chausseestr. 1, Berlin', location: locate(place, 1) },
    paymentToken: 'tok_visa',
  };
}

/** Fills the databases with restaurants and couriers, all on autopilot, and with portions that never run out. */
export async function buildTown(env: Environment, deliveryUrl: string, folder: string): Promise<void> {
  const file = path.join(folder, 'restaurants.jsonld');
  await writeFile(file, JSON.stringify(everyPlace().map(describeRestaurant)));
  const said: string[] = [];
  if (!(await importFiles([file], env, (line) => said.push(line)))) throw new Error(said.slice(0, 4).join('\n'));
  await employCouriers(deliveryUrl);
}

/** Through the database, as `POST /couriers` makes up the ids, and the recipe finds a courier by the place in their id. */
async function employCouriers(deliveryUrl: string): Promise<void> {
  const delivery = new Client({ connectionString: deliveryUrl });
  await delivery.connect();
  try {
    await delivery.query(insertCouriers, [JSON.stringify(everyPlace().flatMap(couriersAt))]);
  } finally {
    await delivery.end();
  }
}

const insertCouriers = `
  with new as (
    insert into delivery.couriers (courier_id, name, capacity, autopilot, on_shift, lat, lon, position_at)
    select id, name, capacity, true, true, lat, lon, now()
    from json_to_recordset($1) as courier(id text, name text, capacity smallint, lat float8, lon float8)
    returning courier_id, capacity
  )
  insert into delivery.bags (courier_id, bag) select courier_id, generate_series(1, capacity) from new`;

function everyPlace(): number[] {
  return Array.from({ length: places }, (_, n) => firstPlace + n);
}

function restaurantAt(place: number): string {
  return `rst_${String(place).padStart(26, '0')}`;
}

function couriersAt(place: number) {
  return Array.from({ length: couriersPerPlace }, (_, n) => ({
    id: `cou_${String((n + 10) * 10_000 + place).padStart(26, '0')}`,
    name: `Courier ${n}`,
    capacity: bagsPerCourier,
    ...locate(place, n),
  }));
}

/** Places lie half a degree of latitude apart: 55 km, twice as far as a courier is looked for. */
function locate(place: number, n: number): { lat: number; lon: number } {
  return { lat: -64 + (place - firstPlace) / 2, lon: 13 + n / 500 };
}

function describeRestaurant(place: number): object {
  const { lat, lon } = locate(place, 0);
  return {
    '@context': 'https://schema.org',
    '@type': 'Restaurant',
    '@id': `https://thali.example/restaurants/${restaurantAt(place)}`,
    name: `Thali House ${place}`,
    currenciesAccepted: 'EUR',
    geo: { '@type': 'GeoCoordinates', latitude: lat, longitude: lon },
    additionalProperty: [{ '@type': 'PropertyValue', name: 'autopilot', value: true }],
    hasMenu: {
      '@type': 'Menu',
      hasMenuSection: [{ '@type': 'MenuSection', name: 'All', hasMenuItem: dishes.map(describeDish) }],
    },
  };
}

function describeDish(identifier: string): object {
  const inventoryLevel = { '@type': 'QuantitativeValue', value: enoughPortions };
  const offers = { '@type': 'Offer', price: '9.50', priceCurrency: 'EUR', inventoryLevel };
  return { '@type': 'MenuItem', identifier, name: identifier, offers };
}
