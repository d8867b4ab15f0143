import { JsonLd, type Findings, type NamedDocument } from './json-ld';
import { faultOfName } from './menu-text';
import { readCurrency } from './read-currency';
import { menusOf, readMenu, type PublishedSection } from './read-menu';
import { readTimetable } from './read-opening-hours';
import { readLocation, readTimeZone, type TimeZones } from './read-place';
import type { RestaurantDetails } from './restaurant';
import { tidy } from './slug';

/** No kitchen takes longer. */
const longestPrepMinutes = 240;

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

/** What reading a document needs to know beside it. */
export interface ReadingOptions {
  readonly zones: TimeZones;
  /** Leaves out dishes without a price instead of refusing the file. */
  readonly skipUnpriced?: boolean;
  /** Other documents, which may hold what this one refers to. */
  readonly others?: readonly NamedDocument[];
}

/**
 * Reads the restaurants of a document in the format in which restaurants publish themselves: schema.org JSON-LD, one of them, an array,
 * or a `@graph`. The restaurants are of use only when there are no problems.
 */
export function readJsonLd(
  document: unknown,
  options: ReadingOptions,
): { restaurants: PublishedRestaurant[]; findings: Findings } {
  const findings: Findings = { problems: [], notes: [], used: new Set() };
  const published = JsonLd.read(document, findings, options.others).filter((thing) => thing.is(...kinds));
  if (published.length === 0) findings.problems.push({ path: '$', message: 'holds no Restaurant' });
  const identities = published.map(identityOf);
  identities.forEach((identity, n) => {
    if (identity !== undefined && identities.indexOf(identity) !== n)
      published[n]?.complain(`"${identity}" describes another restaurant already`);
  });
  const restaurants = published
    .map((restaurant, n) => readRestaurant(restaurant, identities[n], options))
    .filter((restaurant) => restaurant !== undefined);
  return { restaurants, findings };
}

/** Whether a document holds menus and no restaurant: one that another document may refer to. */
export function holdsOnlyMenus(document: unknown): boolean {
  const things = JsonLd.read(document, { problems: [], notes: [], used: new Set() });
  return things.some((thing) => thing.is('Menu')) && !things.some((thing) => thing.is(...kinds));
}

function readRestaurant(
  restaurant: JsonLd,
  identity: string | undefined,
  { zones, skipUnpriced = false }: ReadingOptions,
): PublishedRestaurant | undefined {
  const menus = menusOf(restaurant);
  const currency = readCurrency(restaurant, menus);
  const location = readLocation(restaurant);
  const name = restaurant.need('name');
  if (name !== undefined) refuseFault(restaurant.at('name'), name);
  const menu = readMenu(restaurant, menus, currency, skipUnpriced);
  const timetable = readTimetable(restaurant, () =>
    readTimeZone(restaurant, additional(restaurant, 'timeZone'), location, zones),
  );
  const prepMinutes = readPrepMinutes(restaurant);
  const [autopilot, open] = [readFlag(restaurant, 'autopilot', false), readFlag(restaurant, 'open', true)];
  if (identity === undefined || currency === undefined || location === undefined || name === undefined)
    return undefined;
  const cuisine =
    restaurant
      .all('servesCuisine')
      .map(({ text }) => text)
      .join(', ') || null;
  const details = { name: tidy(name), cuisine, currency, location, timetable, prepMinutes, autopilot };
  return { identity, details, open, menu };
}

function refuseFault(at: JsonLd, name: string): void {
  const fault = faultOfName(tidy(name));
  if (fault) at.complain(fault);
}

/** Not by a relative `@id` such as `#restaurant`, or one such as `_:b0`: those mean another thing in every file. */
function identityOf(restaurant: JsonLd): string | undefined {
  const identifier = restaurant.one('identifier');
  const absolute = /^(?!_:)\w[\w+.-]*:|rst_\w{26}/.test(restaurant.id ?? '') ? restaurant.id : undefined;
  const identity = absolute ?? identifier?.text ?? identifier?.one('value')?.text ?? restaurant.one('url')?.text;
  return identity ?? restaurant.complain('has no absolute "@id", identifier or url: it could not be known again');
}

function readPrepMinutes(restaurant: JsonLd): number | null {
  const property = additional(restaurant, 'prepMinutes');
  if (!property) return null;
  const minutes = Number(property.text);
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= longestPrepMinutes) return minutes;
  property.complain(`${property} is not a number of minutes from 1 to ${longestPrepMinutes}`);
  return null;
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
