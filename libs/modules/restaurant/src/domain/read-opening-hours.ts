import { localName, type JsonLd } from './json-ld';
import { aroundTheClock, days, type Day, type OpeningHours } from './opening-hours';

/**
 * The hours of a restaurant: `openingHours` ("Mo-Fr 11:00-22:00") and `openingHoursSpecification`.
 * Hours of a season or a single day are left out.
 */
export function readOpeningHours(restaurant: JsonLd): OpeningHours[] {
  const written = restaurant.all('openingHours').flatMap(readShorthand);
  const specified = restaurant.all('openingHoursSpecification').flatMap(readSpecification);
  return [...written, ...specified];
}

function readShorthand(hours: JsonLd): OpeningHours[] {
  const match = /^([A-Z][a-z](?:\s*[-,]\s*[A-Z][a-z])*)(?:\s+(\S+)\s*-\s*(\S+))?$/.exec(hours.text ?? '');
  const on = match && daysOf(match[1] ?? '');
  if (!on) return complain(hours, 'hours such as "Mo-Fr 11:00-22:00"');
  const [opens, closes] = [match[2], match[3]];
  if (opens === undefined || closes === undefined) return [{ days: on, ...aroundTheClock }];
  return between(hours, on, opens, closes);
}

function readSpecification(hours: JsonLd): OpeningHours[] {
  if (hours.one('validFrom') || hours.one('validThrough')) return [];
  const named = hours.all('dayOfWeek').filter((day) => localName(day.text ?? '') !== 'PublicHolidays');
  const on =
    named.length === 0
      ? [...days]
      : named.map((day) => days.find((abbreviation) => isDay(day.text ?? day.id ?? '', abbreviation)));
  const unknown = on.indexOf(undefined);
  if (unknown >= 0) return complain(named[unknown] ?? hours, 'a day such as "Monday"');
  const [opens, closes] = [hours.need('opens'), hours.need('closes')];
  if (opens === undefined || closes === undefined) return [];
  // The convention for "closed on that day", see https://developers.google.com/search/docs/appearance/structured-data/local-business.
  if (timeOf(opens) === '00:00' && timeOf(closes) === '00:00') return [];
  return between(hours, on as Day[], opens, closes);
}

function between(hours: JsonLd, on: readonly Day[], opens: string, closes: string): OpeningHours[] {
  const [from, until] = [timeOf(opens), timeOf(closes)];
  if (from === undefined || until === undefined) return complain(hours, 'times such as 11:00 and 22:00');
  return [{ days: on, opens: from, closes: until === '23:59' ? aroundTheClock.closes : until }];
}

/** `11:00` of `11:00:00` and `T11:00`. */
function timeOf(text: string): string | undefined {
  const [, hour, minute] = /^T?([01]?\d|2[0-4]):([0-5]\d)(?::\d\d)?$/.exec(text) ?? [];
  return hour === undefined ? undefined : `${hour.padStart(2, '0')}:${minute}`;
}

/** `Mo-We,Su` as the days it means; a range may go over the end of the week. */
function daysOf(text: string): Day[] | undefined {
  const ranges = text.split(',').map((range) => range.split('-').map((day) => days.indexOf(day.trim() as Day)));
  if (ranges.some((range) => range.length > 2 || range.includes(-1))) return undefined;
  const on = ranges.flatMap(([first = 0, last = first]) =>
    days.filter((_, day) => (day - first + 7) % 7 <= (last - first + 7) % 7),
  );
  return days.filter((day) => on.includes(day));
}

function isDay(text: string, day: Day): boolean {
  return localName(text).startsWith(day);
}

function complain(hours: JsonLd, expected: string): OpeningHours[] {
  hours.complain(`${hours} is not ${expected}`);
  return [];
}
