import { isClosed, validityOf, weekdays, type OpeningHours, type Timetable, type Weekday } from '@thali/contracts';

/** A timetable as lines to be read by people: a week, day by day, and then every span of dates that has hours of its own. */
export function tabulate(timetable: Timetable | null): string[] {
  if (timetable === null) return ['no opening hours: it is open whenever its staff has it open'];
  const spans = [...new Set(timetable.hours.map(spanOf))];
  const [weekly, ...dated] = ['', ...spans.filter((span) => span !== '')];
  const hoursOf = (span: string) => timetable.hours.filter((hours) => spanOf(hours) === span);
  const week = spans.includes('')
    ? weekdays.map((day) => `  ${day}  ${rangesOn(day, hoursOf(weekly ?? ''))}`)
    : ['  closed, but for these dates'];
  const exceptions = dated
    .toSorted((one, other) => validityIn(hoursOf(other)) - validityIn(hoursOf(one)))
    .map((span) => `  ${span}: ${runsOf(hoursOf(span))}`);
  return [`opening hours, on the clocks of ${timetable.timeZone}:`, ...week, ...exceptions];
}

/** `2026-06-01 to 2026-08-31`, or nothing for hours that always hold. */
function spanOf({ validFrom, validThrough }: OpeningHours): string {
  if (validFrom === null) return validThrough === null ? '' : `until ${validThrough}`;
  if (validThrough === null) return `from ${validFrom}`;
  return validFrom === validThrough ? validFrom : `${validFrom} to ${validThrough}`;
}

function validityIn([first]: readonly OpeningHours[]): number {
  return first ? validityOf(first) : 0;
}

function rangesOn(day: Weekday, hours: readonly OpeningHours[]): string {
  const ranges = hours
    .filter((one) => one.days.includes(day) && !isClosed(one))
    .map(({ opens, closes }) => `${opens}–${closes}`);
  return ranges.length === 0 ? 'closed' : [...new Set(ranges)].toSorted().join(', ');
}

/** Neighbouring days with the same hours together; days of which nothing is said are left out. */
function runsOf(hours: readonly OpeningHours[]): string {
  const runs: { first: Weekday; last: Weekday; ranges: string }[] = [];
  weekdays.forEach((day, n) => {
    if (!hours.some(({ days }) => days.includes(day))) return;
    const [last, ranges] = [runs.at(-1), rangesOn(day, hours)];
    if (last && last.ranges === ranges && last.last === weekdays[n - 1]) last.last = day;
    else runs.push({ first: day, last: day, ranges });
  });
  return runs.map(({ first, last, ranges }) => `${first === last ? first : `${first}–${last}`} ${ranges}`).join('; ');
}
