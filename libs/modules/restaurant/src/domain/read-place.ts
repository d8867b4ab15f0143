import type { Location } from '@thali/contracts';
import type { JsonLd } from './json-ld';

/** The names of the world's time zones, and whose clocks are where: no knowledge of the domain. */
export interface TimeZones {
  /** Whether there is a time zone of this name. */
  exists(name: string): boolean;
  /** The time zone at a place on land; undefined at sea, where nobody has a restaurant. */
  at(location: Location): string | undefined;
  /** The one to take where a file names none; undefined: that of the coordinates. */
  readonly preferred: string | undefined;
}

/** `geo` of the restaurant, or of its address or location; or its own `latitude` and `longitude`. */
export function readLocation(restaurant: JsonLd): Location | undefined {
  const places = [restaurant, restaurant.one('address'), restaurant.one('location')];
  const geo =
    places.map((place) => place?.one('geo')).find((geo) => geo !== undefined) ??
    places.find((place) => place?.one('latitude') !== undefined) ??
    restaurant.at('geo');
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

/** Whose clocks a restaurant's hours are on: as its file says, else as the import was told, else by its coordinates. */
export function readTimeZone(
  restaurant: JsonLd,
  said: JsonLd | undefined,
  location: Location | undefined,
  zones: TimeZones,
): string | undefined {
  const name = said?.text;
  if (name !== undefined && zones.exists(name)) return name;
  if (said) return said.complain(`${said} is not a time zone such as Europe/Berlin`);
  if (zones.preferred !== undefined) return zones.preferred;
  const zone = location && zones.at(location);
  if (zone !== undefined)
    restaurant.note(`the opening hours are taken to be on the clocks of its coordinates: ${zone}`);
  if (zone !== undefined || !location) return zone;
  return restaurant.complain(
    'has opening hours, and its coordinates do not tell on whose clocks: give an additionalProperty timeZone, ' +
      'such as Europe/Berlin, or import with --time-zone',
  );
}
