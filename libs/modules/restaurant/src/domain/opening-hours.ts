/** Days as schema.org abbreviates them, in the order of a week. */
export const days = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'] as const;
export type Day = (typeof days)[number];

/**
 * On these days from `opens` to `closes`, as `HH:MM` on the restaurant's own clock.
 * Closing at or before opening means the next day.
 */
export interface OpeningHours {
  readonly days: readonly Day[];
  readonly opens: string;
  readonly closes: string;
}

export const aroundTheClock = { opens: '00:00', closes: '24:00' } as const;

interface Timetable {
  readonly openingHours: readonly OpeningHours[];
  /** IANA name such as `Europe/Berlin`. */
  readonly timeZone: string | null;
}

/**
 * Whether the published hours allow it at that moment. They say nothing when there are none, or when nobody knows whose
 * clock they are on.
 */
export function withinOpeningHours({ openingHours, timeZone }: Timetable, at: Date): boolean {
  if (openingHours.length === 0 || timeZone === null) return true;
  if (openingHours.some(isAlways)) return true;
  const { day, minute } = localTime(at, timeZone);
  const yesterday = (day + 6) % 7;
  return openingHours.some(({ days: on, opens, closes }) => {
    const from = minutesOf(opens);
    const until = minutesOf(closes);
    if (until > from) return isOn(on, day) && from <= minute && minute < until;
    return (isOn(on, day) && from <= minute) || (isOn(on, yesterday) && minute < until);
  });
}

function isAlways({ days: on, opens, closes }: OpeningHours): boolean {
  return on.length === days.length && opens === aroundTheClock.opens && closes === aroundTheClock.closes;
}

function isOn(on: readonly Day[], day: number): boolean {
  return on.includes(days[day] as Day);
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** The day as an index into `days`, and the minute of that day, on the clocks of that time zone. */
function localTime(at: Date, timeZone: string): { day: number; minute: number } {
  const clock = new Intl.DateTimeFormat('en', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = days.findIndex((name) => parts.weekday?.startsWith(name));
  return { day, minute: Number(parts.hour) * 60 + Number(parts.minute) };
}
