const minuteMs = 60_000;
const dayMs = 86_400_000;

const clocks = new Map<string, Intl.DateTimeFormat>();
/** Of {@link firstInstantOf}: the hours of a day are asked for with every order. */
const instants = new Map<string, number>();
const mostInstants = 10_000;

/** The date, `YYYY-MM-DD`, at that moment (milliseconds since 1970) in that time zone. */
export function localDateOf(at: number, timeZone: string): string {
  return new Date(at + offsetAt(at, timeZone)).toISOString().slice(0, 10);
}

/**
 * The first moment, in milliseconds since 1970, at which the clocks of that time zone show this time of this date or a later one. When clocks go back a
 * time comes twice, and the first counts; when they go forward a time is left out, and the moment of the leap counts.
 *
 * @param date `YYYY-MM-DD`
 * @param time `HH:MM`, up to 24:00
 */
export function firstInstantOf(date: string, time: string, timeZone: string): number {
  const key = `${date} ${time} ${timeZone}`;
  const known = instants.get(key);
  if (known !== undefined) return known;
  if (instants.size >= mostInstants) instants.clear();
  const instant = findInstant(date, time, timeZone);
  instants.set(key, instant);
  return instant;
}

function findInstant(date: string, time: string, timeZone: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const local = Date.parse(date) + (hours * 60 + minutes) * minuteMs;
  // No offset is longer than a day, so these are those before and after the clocks are changed, if they are that day.
  const shown = [local - dayMs, local + dayMs]
    .map((around) => local - offsetAt(around, timeZone))
    .filter((at) => at + offsetAt(at, timeZone) === local);
  return shown.length > 0 ? Math.min(...shown) : leapOver(local, timeZone);
}

/** The minute in which the clocks leap from before `local` to after it. */
function leapOver(local: number, timeZone: string): number {
  let [before, after] = [local - dayMs, local + dayMs];
  while (after - before > minuteMs) {
    const middle = before + Math.floor((after - before) / 2 / minuteMs) * minuteMs;
    if (middle + offsetAt(middle, timeZone) < local) before = middle;
    else after = middle;
  }
  return after;
}

/** How far the clocks of that time zone are ahead of UTC at that moment, in milliseconds. */
function offsetAt(at: number, timeZone: string): number {
  const parts = Object.fromEntries(
    clockOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
}

/** Making one takes longer than everything else here. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(timeZone, clock);
  return clock;
}
