import { withinOpeningHours, type OpeningHours } from './opening-hours';

const berlin = (openingHours: OpeningHours[]) => ({ openingHours, timeZone: 'Europe/Berlin' });
const weekdays = { days: ['Mo', 'Tu', 'We', 'Th', 'Fr'] } as const;

describe('opening hours', () => {
  const lunch = berlin([{ ...weekdays, opens: '11:30', closes: '15:00' }]);

  it.each([
    ['2026-11-20T10:29:00Z', false],
    ['2026-11-20T10:30:00Z', true],
    ['2026-11-20T13:59:00Z', true],
    ['2026-11-20T14:00:00Z', false],
    ['2026-11-21T11:00:00Z', false],
  ])('are on the clock of the restaurant: Friday lunch in Berlin at %s: %s', (at, open) => {
    expect(withinOpeningHours(lunch, new Date(at))).toBe(open);
  });

  it('follow summer time', () => {
    expect(withinOpeningHours(lunch, new Date('2026-07-03T09:30:00Z'))).toBe(true);
  });

  it('may go past midnight, into a day that is not theirs', () => {
    const night = berlin([{ days: ['Fr'], opens: '18:00', closes: '02:00' }]);
    const at = (time: string) => withinOpeningHours(night, new Date(time));
    expect([
      at('2026-11-20T23:30:00Z'),
      at('2026-11-21T00:30:00Z'),
      at('2026-11-21T01:00:00Z'),
      at('2026-11-19T23:30:00Z'),
    ]).toEqual([true, true, false, false]);
  });

  it('around the clock are always', () => {
    const always = berlin([{ days: ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'], opens: '00:00', closes: '24:00' }]);
    expect(withinOpeningHours(always, new Date('2026-11-22T03:00:00Z'))).toBe(true);
  });

  it('say nothing when there are none, or when nobody knows the time zone', () => {
    const sunday = new Date('2026-11-22T03:00:00Z');
    expect(withinOpeningHours(berlin([]), sunday)).toBe(true);
    expect(withinOpeningHours({ ...lunch, timeZone: null }, sunday)).toBe(true);
  });
});
