import { firstInstantOf, localDateOf } from './local-time';
import { weekdays, type OpeningHours, type Timetable } from './timetable';

const dayMs = 86_400_000;
/** How far ahead {@link opensNext} looks: a season comes once a year. */
const daysAhead = 400;

/** From `from` until just before `until`, in milliseconds since 1970. */
interface Opening {
  readonly from: number;
  readonly until: number;
}

/** Whether a restaurant with this timetable is open at that moment. One without a timetable is: only its staff says when it is closed. */
export function isOpenAt(timetable: Timetable | null, at: Date): boolean {
  if (timetable === null || isAlways(timetable)) return true;
  const today = localDateOf(at.getTime(), timetable.timeZone);
  return [-1, 0, 1].some((days) =>
    openingsOf(timetable, later(today, days)).some(({ from, until }) => from <= at.getTime() && at.getTime() < until),
  );
}

/** When a restaurant that is closed at that moment opens next; undefined when its timetable names no such day within a year. */
export function opensNext(timetable: Timetable, at: Date): Date | undefined {
  if (timetable.hours.every(isClosed)) return undefined;
  const today = localDateOf(at.getTime(), timetable.timeZone);
  for (let days = -1; days <= daysAhead; days++) {
    const starts = openingsOf(timetable, later(today, days))
      .map(({ from }) => from)
      .filter((from) => from > at.getTime());
    if (starts.length > 0) return new Date(Math.min(...starts));
  }
  return undefined;
}

/** The hours that count on a date (`YYYY-MM-DD`): of those that hold then, the ones with the shortest validity. */
export function hoursOn({ hours }: Timetable, date: string): OpeningHours[] {
  const day = weekdays[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7];
  const holding = hours.filter(
    ({ days, validFrom, validThrough }) =>
      day !== undefined && days.includes(day) && (validFrom ?? date) <= date && date <= (validThrough ?? date),
  );
  const shortest = Math.min(...holding.map(validityOf));
  return holding.filter((one) => validityOf(one) === shortest);
}

/** For how many days hours hold: the shorter, the more they count. */
export function validityOf({ validFrom, validThrough }: Pick<OpeningHours, 'validFrom' | 'validThrough'>): number {
  return (Date.parse(validThrough ?? '9999-12-31') - Date.parse(validFrom ?? '0001-01-01')) / dayMs + 1;
}

/** Whether they say that the restaurant is closed. */
export function isClosed({ opens, closes }: Pick<OpeningHours, 'opens' | 'closes'>): boolean {
  return opens === '00:00' && closes === '00:00';
}

/** When it opens on this date, and closes then or on the next; not at all in an hour that the clocks leave out. */
function openingsOf(timetable: Timetable, date: string): Opening[] {
  return hoursOn(timetable, date)
    .filter((hours) => !isClosed(hours))
    .map(({ opens, closes }) => ({
      from: firstInstantOf(date, opens, timetable.timeZone),
      until: firstInstantOf(closes <= opens ? later(date, 1) : date, closes, timetable.timeZone),
    }))
    .filter(({ from, until }) => from < until);
}

function isAlways({ hours }: Timetable): boolean {
  const undated = hours.every(({ validFrom, validThrough }) => validFrom === null && validThrough === null);
  const allDay = hours.filter(({ opens, closes }) => opens === '00:00' && closes === '24:00');
  return undated && weekdays.every((day) => allDay.some(({ days }) => days.includes(day)));
}

function later(date: string, days: number): string {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);
}
