import type { Location } from '@thali/contracts';
import lookUp from '@photostructure/tz-lookup';
import type { TimeZones } from './domain/read-place';

/** The time zones that this process knows. @param preferred see {@link TimeZones}; must exist. */
export function timeZones(preferred?: string): TimeZones {
  return { exists: isTimeZone, at, preferred };
}

/** Whether there is a time zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Outside of all countries it knows only zones such as `Etc/GMT-3`. */
function at({ lat, lon }: Location): string | undefined {
  const name = lookUp(lat, lon);
  return name.startsWith('Etc/') || !isTimeZone(name) ? undefined : name;
}
