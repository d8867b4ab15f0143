import { isClosed, validityOf, weekdays, type OpeningHours, type Timetable, type Weekday } from '@thali/contracts';
import { localName, type JsonLd } from './json-ld';
import { rangeOf, readDays, readDaysAndRanges, readTime, type Range } from './read-days';

type Validity = Pick<OpeningHours, 'validFrom' | 'validThrough'>;

const always: Validity = { validFrom: null, validThrough: null };
const closed: Range = { opens: '00:00', closes: '00:00' };

/**
 * The hours of a restaurant: `openingHours` ("Mo-Fr 11:00-22:00"), `openingHoursSpecification` and `specialOpeningHoursSpecification`.
 * @param timeZone on whose clocks they are; asked only where there are hours.
 * @returns null where there are none: then only staff opens and closes.
 */
export function readTimetable(restaurant: JsonLd, timeZone: () => string | undefined): Timetable | null {
  const texts = given(restaurant, 'openingHours');
  const specifications = given(restaurant, 'openingHoursSpecification');
  const specials = given(restaurant, 'specialOpeningHoursSpecification');
  if (texts.length + specifications.length + specials.length === 0) return null;
  const hours = [
    ...texts.flatMap(readText),
    ...specifications.flatMap((hours) => readSpecification(hours)),
    ...specials.flatMap((hours) => readSpecification(hours, true)),
  ];
  refuseContradictions(hours);
  const zone = timeZone();
  return zone === undefined ? null : { timeZone: zone, hours: hours.map(({ from: _, ...each }) => each) };
}

function given(restaurant: JsonLd, property: string): JsonLd[] {
  return restaurant.all(property).filter(({ value }) => value !== null && value !== '');
}

/** Hours, and where they stand. */
interface ReadHours extends OpeningHours {
  readonly from: JsonLd;
}

function readText(hours: JsonLd): ReadHours[] {
  const read = readDaysAndRanges(hours.text ?? '');
  if (!read || read.length === 0) return refuse(hours, 'hours such as "Mo-Fr 11:00-22:00"');
  return read.flatMap(({ days, ranges }) => entries(hours, days, ranges, always));
}

function readSpecification(hours: JsonLd, special = false): ReadHours[] {
  const validity = readValidity(hours, special);
  const days = readDaysOf(hours);
  const ranges = readRanges(hours);
  return validity && days && ranges ? entries(hours, days, ranges, validity) : [];
}

function entries(from: JsonLd, days: readonly Weekday[], ranges: readonly Range[], validity: Validity): ReadHours[] {
  const [first, ...more] = days;
  if (first === undefined) return [];
  return (ranges.length === 0 ? [closed] : ranges).map((range) => ({
    days: [first, ...more],
    ...range,
    ...validity,
    from,
  }));
}

/** All days where none is named. Public holidays are other days in every country, and a calendar of them is not at hand. */
function readDaysOf(hours: JsonLd): Weekday[] | undefined {
  const named = hours.all('dayOfWeek');
  const days = named.map((day) => {
    const text = localName(day.text ?? day.id ?? day.one('name')?.text ?? '').replace(
      /^http:\/\/purl\.org\/goodrelations\/v1#/,
      '',
    );
    if (text !== 'PublicHolidays') return readDays(text) ?? day.complain(`${day} is not a day such as "Monday"`);
    day.note(
      'public holidays are left out: give their dates in specialOpeningHoursSpecification, with validFrom and validThrough',
    );
    return [];
  });
  if (named.length === 0) return [...weekdays];
  return days.every((day) => day !== undefined) ? weekdays.filter((day) => days.flat().includes(day)) : undefined;
}

/** None: closed, as schema.org has it where `opens` is missing. */
function readRanges(hours: JsonLd): Range[] | undefined {
  if (hours.one('opens')?.text === undefined && hours.one('closes')?.text === undefined) return [];
  const [opens, closes] = [readTimeOf(hours, 'opens'), readTimeOf(hours, 'closes')];
  if (opens === undefined || closes === undefined) return undefined;
  if (isClosed({ opens, closes })) return [];
  const range = rangeOf(opens, closes);
  return range
    ? [range]
    : hours.complain(`opens and closes at ${opens}: write 00:00 to 23:59 for all day, 00:00 to 00:00 for closed`);
}

function readTimeOf(hours: JsonLd, property: 'opens' | 'closes'): string | undefined {
  const text = hours.need(property);
  if (text === undefined) return undefined;
  const at = hours.at(property);
  return readTime(text) ?? at.complain(`${at} is not a time such as 11:00`);
}

function readValidity(hours: JsonLd, special: boolean): Validity | undefined {
  const [validFrom, validThrough] = [readDate(hours, 'validFrom', special), readDate(hours, 'validThrough', special)];
  if (validFrom === undefined || validThrough === undefined) return undefined;
  if (validFrom !== null && validThrough !== null && validThrough < validFrom)
    return hours.at('validThrough').complain(`${validThrough} is before ${validFrom}, from when it is valid`);
  return { validFrom, validThrough };
}

/** A date, or a time that begins (`validFrom`) or ends (`validThrough`) one. */
function readDate(hours: JsonLd, property: 'validFrom' | 'validThrough', needed: boolean): string | null | undefined {
  const text = needed ? hours.need(property) : hours.one(property)?.text;
  if (text === undefined) return needed ? undefined : null;
  const clock = property === 'validFrom' ? '00:00(:00)?' : '23:59(:\\d\\d)?';
  const [, date] = new RegExp(`^(\\d{4}-\\d\\d-\\d\\d)(T${clock}([+-]\\d\\d:\\d\\d|Z)?)?$`).exec(text) ?? [];
  if (date !== undefined && isDate(date)) return date;
  return hours.at(property).complain(`${hours.at(property)} is not a date such as 2026-12-24`);
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Of hours that count alike on the same day, some may not say open and others closed. */
function refuseContradictions(hours: readonly ReadHours[]): void {
  const [closures, openings] = [hours.filter(isClosed), hours.filter((one) => !isClosed(one))];
  for (const closure of closures) {
    const opening = openings.find((one) => validityOf(one) === validityOf(closure) && overlap(one, closure));
    const day = opening?.days.find((day) => closure.days.includes(day));
    if (opening && day)
      closure.from.complain(`says that it is closed on ${day}, and ${opening.from.path} that it is open`);
  }
}

function overlap(one: OpeningHours, other: OpeningHours): boolean {
  const [first, last] = ['0001-01-01', '9999-12-31'];
  return (
    (one.validFrom ?? first) <= (other.validThrough ?? last) &&
    (other.validFrom ?? first) <= (one.validThrough ?? last) &&
    one.days.some((day) => other.days.includes(day))
  );
}

function refuse(hours: JsonLd, expected: string): ReadHours[] {
  hours.complain(`${hours} is not ${expected}`);
  return [];
}
