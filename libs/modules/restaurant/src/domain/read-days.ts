import { isClosed, weekdays, type Weekday } from '@thali/contracts';

/** From one time to another, as `HH:MM`. */
export interface Range {
  readonly opens: string;
  readonly closes: string;
}

/** Days and their hours, as one text gives them; no ranges: closed. */
export interface DaysAndRanges {
  readonly days: readonly Weekday[];
  readonly ranges: readonly Range[];
}

/** A text as it falls into parts: a day, a time, a hyphen, … */
interface Token {
  readonly kind: 'day' | 'time' | '-' | ',' | ';' | 'closed' | 'all day';
  readonly value: string;
}

const aroundTheClock: Range = { opens: '00:00', closes: '24:00' };

const dayNames: readonly RegExp[] = [
  /^mo(n(days?)?)?$/,
  /^tu(e(s(days?)?)?)?$/,
  /^we(d(nesdays?)?)?$/,
  /^th(u(r(s(days?)?)?)?)?$/,
  /^fr(i(days?)?)?$/,
  /^sa(t(urdays?)?)?$/,
  /^su(n(days?)?)?$/,
];

/**
 * The days that a text such as `Monday`, `Mo-Fr` or `Monday, Tuesday` means.
 * @returns undefined when any part of it is not a day: it is never taken for one.
 */
export function readDays(text: string): Weekday[] | undefined {
  const tokens = split(text);
  if (!tokens) return undefined;
  const { days, rest } = takeDays(tokens);
  return rest.length === 0 && days.length > 0 ? days : undefined;
}

/**
 * The hours in a text such as `Mo-Fr 11:00-14:00, 17:00-22:00; Sa 10:00-23:00; Su closed`. Days without hours are open around the clock, as
 * schema.org has it.
 *
 * @returns undefined when any part of the text is something else.
 */
export function readDaysAndRanges(text: string): DaysAndRanges[] | undefined {
  let rest = split(text);
  const all: DaysAndRanges[] = [];
  while (rest && rest.length > 0) {
    const { days, rest: afterDays } = takeDays(rest);
    const { ranges, rest: afterRanges } = takeRanges(afterDays);
    if (days.length === 0 || !ranges) return undefined;
    all.push({ days, ranges });
    rest = afterRanges[0]?.kind === ',' || afterRanges[0]?.kind === ';' ? afterRanges.slice(1) : afterRanges;
    if (rest === afterRanges && rest.length > 0 && rest[0]?.kind !== 'day') return undefined;
  }
  return rest && all;
}

/** `11:00` of `11:00:00`, `T11:00` and `11 am`. 23:59 closes the day like 24:00. @returns undefined when it is not a time. */
export function readTime(text: string): string | undefined {
  const [, hour, minute = '00', half] = /^T?(\d{1,2})(?::(\d\d)(?::\d\d)?)?\s*(?:([ap])\.?m\.?)?$/i.exec(text) ?? [];
  if (hour === undefined || (half === undefined && !text.includes(':'))) return undefined;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  if (half !== undefined && (Number(hour) < 1 || Number(hour) > 12)) return undefined;
  const time = `${String(hours).padStart(2, '0')}:${minute}`;
  return /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(time) ? time : undefined;
}

/** A range as it was meant: until 23:59 is until the end of the day. @returns undefined where it opens and closes at the same time. */
export function rangeOf(opens: string, closes: string): Range | undefined {
  return opens === closes || opens === '24:00' ? undefined : { opens, closes: closes === '23:59' ? '24:00' : closes };
}

const word =
  /^(?:(\d{1,2}(?::\d\d){1,2}(?:\s*[ap]\.?m\b\.?)?|\d{1,2}\s*[ap]\.?m\b\.?)|(24\/7|24 hours)|([a-z]+)|([-,;]))\s*/i;

function split(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  let rest = text.replace(/\s*[–—−]\s*|\s+to\s+/gi, '-').trim();
  while (rest !== '') {
    const [whole, time, allDay, name, mark] = word.exec(rest) ?? [];
    const token = time ? timeToken(time) : allDay ? tokenOf('all day') : name ? nameToken(name) : markToken(mark);
    if (whole === undefined || !token) return undefined;
    tokens.push(token);
    rest = rest.slice(whole.length);
  }
  return tokens;
}

function tokenOf(kind: Token['kind'], value = ''): Token {
  return { kind, value };
}

function timeToken(text: string): Token | undefined {
  const time = readTime(text.trim());
  return time === undefined ? undefined : tokenOf('time', time);
}

function nameToken(name: string): Token | undefined {
  if (/^(closed|off)$/i.test(name)) return tokenOf('closed');
  const day = weekdays[dayNames.findIndex((pattern) => pattern.test(name.toLowerCase()))];
  return day && tokenOf('day', day);
}

function markToken(mark: string | undefined): Token | undefined {
  return mark === '-' || mark === ',' || mark === ';' ? tokenOf(mark) : undefined;
}

/** `Mo-We,Su` as the days it means, in the order of a week; a range may go over the end of the week. */
function takeDays(tokens: readonly Token[]): { days: Weekday[]; rest: Token[] } {
  const on = new Set<number>();
  let at = 0;
  while (tokens[at]?.kind === 'day') {
    const first = dayAt(tokens[at]);
    const last = tokens[at + 1]?.kind === '-' ? dayAt(tokens[at + 2]) : first;
    if (first < 0 || last < 0) return { days: [], rest: [...tokens] };
    for (let day = first; ; day = (day + 1) % 7) {
      on.add(day);
      if (day === last) break;
    }
    at += tokens[at + 1]?.kind === '-' ? 3 : 1;
    if (tokens[at]?.kind === ',' && tokens[at + 1]?.kind === 'day') at += 1;
    else break;
  }
  return { days: weekdays.filter((_, day) => on.has(day)), rest: tokens.slice(at) };
}

function dayAt(token: Token | undefined): number {
  return token?.kind === 'day' ? weekdays.indexOf(token.value as Weekday) : -1;
}

/** The hours at the beginning; undefined when they are incomplete. */
function takeRanges(tokens: readonly Token[]): { ranges: Range[] | undefined; rest: Token[] } {
  const [first] = tokens;
  if (first?.kind === 'closed') return { ranges: [], rest: tokens.slice(1) };
  if (first?.kind === 'all day') return { ranges: [aroundTheClock], rest: tokens.slice(1) };
  if (first?.kind !== 'time') return { ranges: [aroundTheClock], rest: [...tokens] };
  const ranges: Range[] = [];
  let at = 0;
  while (tokens[at]?.kind === 'time') {
    const [opens, hyphen, closes] = tokens.slice(at, at + 3);
    if (!opens || hyphen?.kind !== '-' || closes?.kind !== 'time') return { ranges: undefined, rest: [] };
    const range = rangeOf(opens.value, closes.value);
    const closed = isClosed({ opens: opens.value, closes: closes.value });
    if (!range && !closed) return { ranges: undefined, rest: [] };
    if (range) ranges.push(range);
    at += tokens[at + 3]?.kind === ',' && tokens[at + 4]?.kind === 'time' ? 4 : 3;
  }
  return { ranges, rest: tokens.slice(at) };
}
