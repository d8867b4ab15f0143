import { isOpenAt, localDateOf, opensNext, type Timetable } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';

/** What is known of when a restaurant takes orders. */
interface Opening {
  readonly name: string;
  /** What its staff last said. */
  readonly open: boolean;
  readonly timetable: Timetable | null;
}

/** @throws {DomainError} `order.restaurant-closed` (conflict), with the time at which it opens, where its timetable says that. */
export function refuseWhileClosed({ name, open, timetable }: Opening, now: Date): void {
  if (!open) throw new DomainError('order.restaurant-closed', 'conflict', `${name} is closed now.`);
  if (timetable === null || isOpenAt(timetable, now)) return;
  const opensAt = opensNext(timetable, now);
  const when = opensAt
    ? `It opens ${inWords(opensAt, now, timetable.timeZone)}.`
    : 'Its opening hours name no other day.';
  throw new DomainError('order.restaurant-closed', 'conflict', `${name} is closed now. ${when}`, {
    opensAt: opensAt?.toISOString() ?? null,
    timeZone: timetable.timeZone,
    ...(opensAt && { retryAfterSeconds: Math.ceil((opensAt.getTime() - now.getTime()) / 1_000) }),
  });
}

/** `today at 18:00`, `tomorrow at 01:00` or `on Friday, 4 December at 11:00`, on those clocks. */
function inWords(at: Date, now: Date, timeZone: string): string {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(at);
  const [today, day] = [localDateOf(now.getTime(), timeZone), localDateOf(at.getTime(), timeZone)];
  if (day === today) return `today at ${time}`;
  if (Date.parse(day) - Date.parse(today) === 86_400_000) return `tomorrow at ${time}`;
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'long', day: 'numeric', month: 'long' });
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  return `on ${parts.weekday}, ${parts.day} ${parts.month} at ${time}`;
}
