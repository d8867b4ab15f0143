import type { Location } from '@thali/contracts';
import { JsonLd, type Problem } from './json-ld';
import { isCurrency } from './minor-units';
import { readMenu, type PublishedSection } from './read-menu';
import { readOpeningHours } from './read-opening-hours';
import type { RestaurantDetails } from './restaurant';

/** A restaurant as its file describes it. */
export interface PublishedRestaurant {
  /** What makes it the same restaurant when the file comes again: its `@id`, `identifier` or `url`. */
  readonly identity: string;
  readonly details: RestaurantDetails;
  /** Whether it starts out open; afterwards that is its staff's to say. */
  readonly open: boolean;
  readonly menu: readonly PublishedSection[];
}

/** schema.org's Restaurant and its kin: https://schema.org/FoodEstablishment. */
const kinds = [
  'Restaurant',
  'FoodEstablishment',
  'Bakery',
  'BarOrPub',
  'Brewery',
  'CafeOrCoffeeShop',
  'Distillery',
  'FastFoodRestaurant',
  'IceCreamShop',
  'Winery',
];

/**
 * Reads the restaurants of a document in the format in which restaurants publish themselves: schema.org JSON-LD, one of them, an array,
 * or a `@graph`. The restaurants are of use only when there are no problems.
 */
export function readJsonLd(document: unknown): { restaurants: PublishedRestaurant[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const published = JsonLd.read(document, problems).filter((thing) => thing.is(...kinds));
  if (published.length === 0) problems.push({ path: '$', message: 'holds no Restaurant' });
  const identities = published.map(identityOf);
  identities.forEach((identity, n) => {
    if (identity !== undefined && identities.indexOf(identity) !== n)
      published[n]?.complain(`"${identity}" describes another restaurant already`);
  });
  const restaurants = published
    .map((restaurant, n) => readRestaurant(restaurant, identities[n]))
    .filter((restaurant) => restaurant !== undefined);
  return { restaurants, problems };
}

function readRestaurant(restaurant: JsonLd, identity: string | undefined): PublishedRestaurant | undefined {
  const currency = readCurrency(restaurant);
  const location = readLocation(restaurant);
  const name = restaurant.need('name');
  const menu = currency === undefined ? [] : readMenu(restaurant, currency);
  const openingHours = readOpeningHours(restaurant);
  const timeZone = readTimeZone(restaurant);
  const [autopilot, open] = [readFlag(restaurant, 'autopilot', false), readFlag(restaurant, 'open', true)];
  if (identity === undefined || currency === undefined || location === undefined || name === undefined)
    return undefined;
  const cuisine =
    restaurant
      .all('servesCuisine')
      .map(({ text }) => text)
      .join(', ') || null;
  return { identity, details: { name, cuisine, currency, location, openingHours, timeZone, autopilot }, open, menu };
}

/** Not by a relative `@id` such as `#restaurant`, or one such as `_:b0`: those mean another thing in every file. */
function identityOf(restaurant: JsonLd): string | undefined {
  const identifier = restaurant.one('identifier');
  const absolute = /^(?!_:)\w[\w+.-]*:|rst_\w{26}/.test(restaurant.id ?? '') ? restaurant.id : undefined;
  const identity = absolute ?? identifier?.text ?? identifier?.one('value')?.text ?? restaurant.one('url')?.text;
  return identity ?? restaurant.complain('has no absolute "@id", identifier or url: it could not be known again');
}

/** `currenciesAccepted`, or else that of the first offer that names one. */
function readCurrency(restaurant: JsonLd): string | undefined {
  const accepted = restaurant.one('currenciesAccepted');
  const code =
    accepted?.text?.split(/[\s,;]+/)[0] ??
    firstCurrency(restaurant.at('hasMenu').one('hasMenuSection') ?? restaurant.at('hasMenu'));
  if (code !== undefined && isCurrency(code)) return code;
  return restaurant
    .at('currenciesAccepted')
    .complain(code === undefined ? 'is missing' : `"${code}" is not an ISO 4217 code such as EUR`);
}

function firstCurrency(section: JsonLd): string | undefined {
  return section.one('hasMenuItem')?.one('offers')?.one('priceCurrency')?.text;
}

function readLocation(restaurant: JsonLd): Location | undefined {
  const geo = restaurant.at('geo');
  const [lat, lon] = [readDegrees(geo, 'latitude', 90), readDegrees(geo, 'longitude', 180)];
  return lat === undefined || lon === undefined ? undefined : { lat, lon };
}

function readDegrees(geo: JsonLd, property: string, most: number): number | undefined {
  const text = geo.need(property);
  if (text === undefined) return undefined;
  const degrees = Number(text);
  return Math.abs(degrees) <= most
    ? degrees
    : geo.at(property).complain(`${geo.at(property)} is not a number of degrees between -${most} and ${most}`);
}

function readTimeZone(restaurant: JsonLd): string | null {
  const property = additional(restaurant, 'timeZone');
  const timeZone = property?.text ?? null;
  if (timeZone === null || isTimeZone(timeZone)) return timeZone;
  property?.complain(`${property} is not a time zone such as Europe/Berlin`);
  return null;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function readFlag(restaurant: JsonLd, name: string, byDefault: boolean): boolean {
  const property = additional(restaurant, name);
  if (!property) return byDefault;
  const written = String(property.value);
  if (written !== 'true' && written !== 'false') property.complain(`${property} is not true or false`);
  return written === 'true';
}

/** The value of an `additionalProperty`, schema.org's place for what it has no word for. */
function additional(restaurant: JsonLd, name: string): JsonLd | undefined {
  return restaurant
    .all('additionalProperty')
    .find((property) => property.one('name')?.text === name)
    ?.one('value');
}
