import { isOpenAt, opensNext, type OpeningHours, type Timetable } from '@thali/contracts';
import fc from 'fast-check';

const minute = 60_000;
const everyDay: OpeningHours['days'] = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];
const hours = (opens: string, closes: string, more: Partial<OpeningHours> = {}): OpeningHours => ({
  days: everyDay,
  opens,
  closes,
  validFrom: null,
  validThrough: null,
  ...more,
});
const on = (date: string) => ({ validFrom: date, validThrough: date });
const timetable = (timeZone: string, ...all: OpeningHours[]): Timetable => ({ timeZone, hours: all });
const berlin = (...all: OpeningHours[]) => timetable('Europe/Berlin', ...all);
const openAt = (table: Timetable | null, at: string) => isOpenAt(table, new Date(at));
const nextOf = (table: Timetable, at: string) => opensNext(table, new Date(at))?.toISOString();

describe('opening hours', () => {
  const lunch = berlin(hours('11:30', '15:00', { days: ['Mo', 'Tu', 'We', 'Th', 'Fr'] }));

  it.each([
    ['2026-11-20T10:29:59Z', false],
    ['2026-11-20T10:30:00Z', true],
    ['2026-11-20T13:59:59Z', true],
    ['2026-11-20T14:00:00Z', false],
    ['2026-11-21T11:00:00Z', false],
    ['2026-07-03T09:30:00Z', true],
  ])('are on the clock of the restaurant: weekday lunch in Berlin at %s: %s', (at, open) => {
    expect(openAt(lunch, at)).toBe(open);
  });

  it('may go past midnight, into a day that is not theirs', () => {
    const night = berlin(hours('18:00', '02:00', { days: ['Fr'] }));
    const times = ['2026-11-20T23:30:00Z', '2026-11-21T00:30:00Z', '2026-11-21T01:00:00Z', '2026-11-19T23:30:00Z'];
    expect(times.map((at) => openAt(night, at))).toEqual([true, true, false, false]);
  });

  it('may be several on a day', () => {
    const twice = berlin(hours('11:00', '14:00'), hours('17:00', '22:00'));
    expect(['T10:30:00Z', 'T14:30:00Z', 'T16:30:00Z'].map((at) => openAt(twice, `2026-12-01${at}`))).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('around the clock are always; none at all are never; and where there is no timetable, only staff closes', () => {
    expect(openAt(berlin(hours('00:00', '24:00')), '2026-11-22T03:00:00Z')).toBe(true);
    expect(openAt(berlin(), '2026-11-22T12:00:00Z')).toBe(false);
    expect(openAt(null, '2026-11-22T03:00:00Z')).toBe(true);
  });

  it('of a season count while they hold, and instead of those that always hold', () => {
    const summer = { validFrom: '2026-06-01', validThrough: '2026-08-31' };
    const table = berlin(hours('11:00', '22:00'), hours('18:00', '23:00', summer));
    expect(openAt(table, '2026-05-31T10:00:00Z')).toBe(true);
    expect(openAt(table, '2026-06-01T10:00:00Z')).toBe(false);
    expect(openAt(table, '2026-08-31T20:30:00Z')).toBe(true);
    expect(openAt(table, '2026-09-01T20:30:00Z')).toBe(false);
  });

  it('of a holiday count on that day, also within a season, until the next day that is none', () => {
    const winter = { validFrom: '2026-12-01', validThrough: '2027-02-28' };
    const table = berlin(hours('12:00', '23:00', winter), hours('00:00', '00:00', on('2026-12-24')));
    expect(openAt(table, '2026-12-23T12:00:00Z')).toBe(true);
    expect(openAt(table, '2026-12-24T12:00:00Z')).toBe(false);
    expect(openAt(table, '2026-12-25T12:00:00Z')).toBe(true);
    expect(nextOf(table, '2026-12-23T22:30:00Z')).toBe('2026-12-25T11:00:00.000Z');
  });

  it('say when it opens next: today, tomorrow, next season, or never', () => {
    expect(nextOf(lunch, '2026-11-20T08:00:00Z')).toBe('2026-11-20T10:30:00.000Z');
    expect(nextOf(lunch, '2026-11-20T15:00:00Z')).toBe('2026-11-23T10:30:00.000Z');
    const summer = berlin(hours('10:00', '20:00', { validFrom: '2027-06-01', validThrough: '2027-08-31' }));
    expect(nextOf(summer, '2026-12-01T00:00:00Z')).toBe('2027-06-01T08:00:00.000Z');
    expect(nextOf(berlin(hours('00:00', '00:00')), '2026-12-01T00:00:00Z')).toBeUndefined();
  });
});

describe('when the clocks are changed', () => {
  it.each([
    // In the night to 25 October 2026 it is 02:30 twice in Berlin: the first time counts.
    ['until half past two, when that comes twice', hours('18:00', '02:30'), '2026-10-25T00:29:00Z', true],
    ['until half past two, after it came once', hours('18:00', '02:30'), '2026-10-25T00:30:00Z', false],
    ['until half past two, the second time', hours('18:00', '02:30'), '2026-10-25T01:15:00Z', false],
    ['until four, an hour longer than else', hours('18:00', '04:00'), '2026-10-25T02:59:00Z', true],
    ['from half past two on, the first time', hours('02:30', '06:00'), '2026-10-25T00:30:00Z', true],
    ['from half past two on, between the two', hours('02:30', '06:00'), '2026-10-25T01:10:00Z', true],
    // In the night to 29 March 2026 it is never 02:30: at 02:00 it becomes 03:00, at 01:00 UTC.
    ['until half past two, which never comes', hours('18:00', '02:30'), '2026-03-29T00:59:00Z', true],
    ['until half past two, past which the clock leaps', hours('18:00', '02:30'), '2026-03-29T01:00:00Z', false],
    ['from half past two on, before the leap', hours('02:30', '06:00'), '2026-03-29T00:59:00Z', false],
    ['from half past two on, after the leap', hours('02:30', '06:00'), '2026-03-29T01:00:00Z', true],
    ['within the hour that is left out', hours('02:10', '02:50'), '2026-03-29T01:00:00Z', false],
  ])('a restaurant that is open %s', (_, night, at, open) => {
    expect(openAt(berlin(night), at)).toBe(open);
  });

  const zones: readonly [zone: string, changes: readonly string[]][] = [
    ['Europe/Berlin', ['2026-03-29', '2026-10-25']],
    ['America/New_York', ['2026-03-08', '2026-11-01']],
    ['Australia/Lord_Howe', ['2026-04-05', '2026-10-04']], // by half an hour
    ['America/Santiago', ['2026-04-05', '2026-09-06']], // at midnight
    ['Asia/Beirut', ['2026-03-29', '2026-10-25']], // at midnight
    ['Africa/Casablanca', ['2026-02-15', '2026-03-22']], // for Ramadan
    ['Pacific/Apia', ['2011-12-30']], // a day that never was
    ['Asia/Kolkata', ['2026-03-29']],
  ];
  const clockTime = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 11 }))
    .map(([hour, fives]) => `${String(hour).padStart(2, '0')}:${String(fives * 5).padStart(2, '0')}`);
  const cases = fc.record({
    where: fc.constantFrom(...zones.flatMap(([zone, changes]) => changes.map((date) => ({ zone, date })))),
    opens: clockTime,
    closes: fc.oneof(clockTime, fc.constant('24:00')),
  });

  /** What a person sees who looks at the clock on the wall, minute by minute, from two days before until two days after. */
  const watch = (zone: string, date: string) => {
    const wall = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    const from = Date.parse(date) - 2 * 1_440 * minute;
    const minutes = Array.from({ length: 4 * 1_440 }, (_, n) => from + n * minute);
    return minutes.map((at) => ({ at, shows: wall.format(at) }));
  };
  const seen = new Map(zones.flatMap(([zone, changes]) => changes.map((date) => [zone + date, watch(zone, date)])));
  const dayAfter = (date: string) => new Date(Date.parse(date) + 1_440 * minute).toISOString().slice(0, 10);

  it('a restaurant opens the first time that the clock has reached the hour, and closes likewise', () => {
    fc.assert(
      fc.property(cases, ({ where: { zone, date }, opens, closes }) => {
        fc.pre(opens !== closes);
        const minutes = seen.get(zone + date) ?? [];
        const first = (day: string, time: string) =>
          (time === '24:00'
            ? minutes.find(({ shows }) => shows >= `${dayAfter(day)} 00:00`)
            : minutes.find(({ shows }) => shows >= `${day} ${time}`)
          )?.at ?? Infinity;
        const table = timetable(zone, hours(opens, closes, on(date)));
        const [from, until] = [first(date, opens), first(closes <= opens ? dayAfter(date) : date, closes)];
        const telling = minutes.filter(
          ({ at }, n) => n % 61 === 0 || [from, until].some((edge) => Math.abs(at - edge) < 70 * minute),
        );
        const wrong = telling.filter(({ at }) => isOpenAt(table, new Date(at)) !== (from <= at && at < until));
        expect(wrong.map(({ shows }) => shows)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('what it says of when it opens next is when it does', () => {
    fc.assert(
      fc.property(
        cases,
        fc.integer({ min: -2_880, max: 2_880 }),
        ({ where: { zone, date }, opens, closes }, offset) => {
          fc.pre(opens !== closes);
          const table = timetable(zone, hours(opens, closes));
          const at = Date.parse(date) + offset * minute;
          fc.pre(!isOpenAt(table, new Date(at)));
          const next = opensNext(table, new Date(at))?.getTime() ?? 0;
          expect(next).toBeGreaterThan(at);
          expect(isOpenAt(table, new Date(next))).toBe(true);
          for (let before = next - minute; before >= at; before -= 13 * minute)
            expect(isOpenAt(table, new Date(before))).toBe(false);
        },
      ),
      { numRuns: 100 },
    );
  });
});
