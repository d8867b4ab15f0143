import { isOpenAt, weekdays } from '@thali/contracts';
import fc from 'fast-check';
import { readDays } from '../src/domain/read-days';
import { takesOrders } from '../src/domain/restaurant';
import { tabulate } from '../src/domain/week-table';
import { timeZones } from '../src/time-zones';
import { aCase, understand, understandCafe } from '../testing/cases';

const openAt = (name: string, ...times: string[]) => {
  const { restaurant, problems } = understand(aCase(name));
  expect(problems).toEqual([]);
  return times.map((at) => restaurant && takesOrders({ open: true, ...restaurant.details }, new Date(at)));
};
const tableOf = (differences: object) => {
  const { restaurant, problems } = understandCafe(differences);
  expect(problems).toEqual([]);
  return tabulate(restaurant?.details.timetable ?? null);
};
const problemsOf = (differences: object) => understandCafe(differences).problems;
const specification = (...openingHoursSpecification: object[]) => ({ openingHoursSpecification });
const daily = { opens: '11:00', closes: '22:00' };

describe('hours without a time zone', () => {
  it('are on the clocks of the coordinates, and that is said', () => {
    const { restaurant, notes } = understand(aCase('hours-without-time-zone/hours.jsonld'));
    expect(restaurant?.details.timetable?.timeZone).toBe('Europe/Berlin');
    expect(notes).toEqual(['$: the opening hours are taken to be on the clocks of its coordinates: Europe/Berlin']);
    expect(openAt('hours-without-time-zone/hours.jsonld', '2026-12-01T13:00:00Z', '2026-12-01T00:30:00Z')).toEqual([
      false,
      true,
    ]);
  });

  it('are on the clocks that the import was told, if it was', () => {
    const { restaurant, notes } = understandCafe(
      { openingHours: 'Mo-Su 11:00-22:00' },
      { zones: timeZones('Asia/Tokyo') },
    );
    expect([restaurant?.details.timetable?.timeZone, notes]).toEqual(['Asia/Tokyo', []]);
  });

  it('are refused where the coordinates lie at sea, and what to give is said', () => {
    const atSea = { geo: { latitude: 0, longitude: 0 }, openingHours: 'Mo-Su 11:00-22:00' };
    expect(problemsOf(atSea)).toEqual([
      expect.stringMatching(/^\$: has opening hours, .*additionalProperty timeZone.*--time-zone$/),
    ]);
    const told = understandCafe(atSea, { zones: timeZones('Atlantic/Azores') });
    expect([told.problems, told.restaurant?.details.timetable?.timeZone]).toEqual([[], 'Atlantic/Azores']);
  });

  it('need none where there are no hours', () => {
    expect(tableOf({ geo: { latitude: 0, longitude: 0 } })).toEqual([
      'no opening hours: it is open whenever its staff has it open',
    ]);
  });
});

describe('where no hours are left', () => {
  it('because it is closed all week, it is closed', () => {
    const name = 'no-hours-left-means-always-open/closed.jsonld';
    expect(openAt(name, '2026-12-01T13:00:00Z', '2026-12-06T00:00:00Z')).toEqual([false, false]);
  });

  it('because they are of a season, they count in that season, and only then', () => {
    const name = 'no-hours-left-means-always-open/season.jsonld';
    const [within, sunday, after] = ['2026-11-30T00:30:00Z', '2026-11-29T00:30:00Z', '2027-01-04T00:30:00Z'];
    expect(openAt(name, within, sunday, after)).toEqual([true, false, false]);
  });

  it('on a holiday, it is closed on that day', () => {
    const name = 'no-hours-left-means-always-open/holiday.jsonld';
    expect(openAt(name, '2026-12-23T12:00:00Z', '2026-12-24T12:00:00Z', '2026-12-25T12:00:00Z')).toEqual([
      true,
      false,
      true,
    ]);
  });

  it.each([
    ['a day without opens', specification({ dayOfWeek: 'Sunday' }, { dayOfWeek: 'Monday', ...daily })],
    ['a day closed in words', { openingHours: 'Mo 11:00-22:00; Su closed' }],
    ['days of which nothing is said', { openingHours: 'Mo 11:00-22:00' }],
    ['00:00 to 00:00 in a text', { openingHours: ['Mo 11:00-22:00', 'Su 00:00-00:00'] }],
  ])('because of %s, it is closed then', (_, differences) => {
    const timetable = understandCafe(differences).restaurant?.details.timetable ?? null;
    expect(isOpenAt(timetable, new Date('2026-12-06T12:00:00Z'))).toBe(false);
    expect(isOpenAt(timetable, new Date('2026-12-07T12:00:00Z'))).toBe(true);
  });

  it('for a date in specialOpeningHoursSpecification, that day has its own', () => {
    const christmas = { opens: '12:00', closes: '15:00', validFrom: '2026-12-25', validThrough: '2026-12-26' };
    expect(tableOf({ openingHours: 'Mo-Su 11:00-22:00', specialOpeningHoursSpecification: christmas })).toEqual([
      'opening hours, on the clocks of Europe/Berlin:',
      ...weekdays.map((day) => `  ${day}  11:00–22:00`),
      '  2026-12-25 to 2026-12-26: Mo–Su 12:00–15:00',
    ]);
  });

  it('on public holidays, of which it knows no dates, it says so', () => {
    const { problems, notes } = understandCafe(
      specification({ dayOfWeek: ['Sunday', 'https://schema.org/PublicHolidays'], ...daily }),
    );
    expect([problems, notes[0]]).toEqual([[], expect.stringContaining('public holidays are left out')]);
  });
});

describe('several days in one text', () => {
  const week = (name: string) => understand(aCase(`several-days-in-one-text/${name}.jsonld`));

  it('are all of them, or refused', () => {
    const hours = { opens: '11:00', closes: '22:00', validFrom: null, validThrough: null };
    expect(week('range').restaurant?.details.timetable?.hours).toEqual([
      { days: ['Mo', 'Tu', 'We', 'Th', 'Fr'], ...hours },
    ]);
    expect(week('list').restaurant?.details.timetable?.hours).toEqual([{ days: ['Mo', 'Tu', 'We'], ...hours }]);
    expect(week('weekdays').problems).toEqual([
      '$.openingHoursSpecification[0].dayOfWeek: "Weekdays" is not a day such as "Monday"',
    ]);
    expect(week('weekend').problems).toEqual([
      '$.openingHoursSpecification[0].dayOfWeek: "Weekend" is not a day such as "Monday"',
    ]);
  });

  it.each([
    ['Mon', ['Mo']],
    ['tuesday', ['Tu']],
    ['Thurs', ['Th']],
    ['Fr-Mo', ['Mo', 'Fr', 'Sa', 'Su']],
    ['Sa, Su', ['Sa', 'Su']],
    ['Monday – Wednesday, Friday', ['Mo', 'Tu', 'We', 'Fr']],
    ['Monday to Sunday', ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su']],
  ])('such as %s', (text, days) => {
    expect(readDays(text)).toEqual(days);
  });

  it.each(['Moonday', 'Weekdays', 'Di', 'Do', 'daily', 'Mo-', '-Mo', 'Mo-Fr-Su', 'Mo Tu', 'Monday closed', '', 'PH'])(
    'is not what "%s" is',
    (text) => {
      expect(readDays(text)).toBeUndefined();
    },
  );

  it('is never taken for a day that it does not name, whatever is written', () => {
    const names = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z]{1,12}$/), (text) => {
        const isDay = names.some((name) => name.startsWith(text.toLowerCase().replace(/days$/, 'day')));
        expect(isDay || readDays(text) === undefined).toBe(true);
      }),
    );
  });
});

describe('hours', () => {
  it('in one text are read as a week', () => {
    expect(tableOf({ openingHours: 'Mo-Th 11:00-14:00, 17:00-22:00; Fr,Sa 11am - 1:30 am; Su closed' })).toEqual([
      'opening hours, on the clocks of Europe/Berlin:',
      ...['Mo', 'Tu', 'We', 'Th'].map((day) => `  ${day}  11:00–14:00, 17:00–22:00`),
      '  Fr  11:00–01:30',
      '  Sa  11:00–01:30',
      '  Su  closed',
    ]);
  });

  it.each([
    ['Mo-Fr 09:00-17:00 Sa 10:00-14:00', '  Sa  10:00–14:00'],
    ['Mo-Fr 10:00-19:00, Sa 10:00-22:00, Su 12:00-21:00', '  Su  12:00–21:00'],
    ['Mo-Su', '  We  00:00–24:00'],
    ['Mo-Su 24/7', '  We  00:00–24:00'],
    ['Sa,Su 9:30-23:59', '  Su  09:30–24:00'],
    ['Monday - Friday 11:00 – 22:00', '  Fr  11:00–22:00'],
  ])('"%s" are understood', (openingHours, line) => {
    expect(tableOf({ openingHours })).toContain(line);
  });

  it.each([
    'every day',
    'Mo-Fr 11:00',
    'Mo-Fr 11:00-',
    'Mo-Fr 11-22',
    'Mo-Fr 25:00-26:00',
    'Mo-Fr 11:00-11:00',
    '11:00-22:00',
    'Mo-Fr 11:00-22:00 or so',
    'Mo-Fr 11:00-22:00; PH off',
    'Mo 11:00-22:00;;Tu 11:00-22:00',
    'Mo 24:00-02:00',
  ])('"%s" are refused', (openingHours) => {
    expect(problemsOf({ openingHours })).toEqual([
      `$.openingHours: ${JSON.stringify(openingHours)} is not hours such as "Mo-Fr 11:00-22:00"`,
    ]);
  });

  it.each([
    [{ ...daily, closes: undefined }, '.closes: is missing'],
    [{ ...daily, opens: undefined }, '.opens: is missing'],
    [{ ...daily, opens: 'noon' }, '.opens: "noon" is not a time such as 11:00'],
    [{ ...daily, opens: '11:00+02:00' }, '.opens: "11:00+02:00" is not a time such as 11:00'],
    [{ opens: '11:00', closes: '11:00' }, ': opens and closes at 11:00: write 00:00 to 23:59 for all day'],
    [{ ...daily, validFrom: 'May' }, '.validFrom: "May" is not a date such as 2026-12-24'],
    [{ ...daily, validFrom: '2026-02-30' }, '.validFrom: "2026-02-30" is not a date such as 2026-12-24'],
    [{ ...daily, validThrough: '2026-05-01T12:00' }, '.validThrough: "2026-05-01T12:00" is not a date'],
    [{ ...daily, validFrom: '2026-05-02', validThrough: '2026-05-01' }, '.validThrough: 2026-05-01 is before'],
    [{ ...daily, dayOfWeek: ['Monday', 'Funday'] }, '.dayOfWeek[1]: "Funday" is not a day such as "Monday"'],
  ])('with something wrong are refused by name: %j', (hours, problem) => {
    expect(problemsOf(specification(hours))).toEqual([
      expect.stringContaining(`$.openingHoursSpecification[0]${problem}`),
    ]);
  });

  it('that contradict each other are refused', () => {
    const closed = { dayOfWeek: 'Sunday', opens: '00:00', closes: '00:00' };
    expect(problemsOf({ openingHours: 'Mo-Su 11:00-22:00', ...specification(closed) })).toEqual([
      '$.openingHoursSpecification[0]: says that it is closed on Su, and $.openingHours that it is open',
    ]);
  });

  it('with seconds, or with halves of a day, are understood', () => {
    expect(tableOf(specification({ opens: '11:00:00', closes: 'T22:30' }))).toContain('  Mo  11:00–22:30');
    expect(tableOf(specification({ opens: '11:00 AM', closes: '10 p.m.' }))).toContain('  Mo  11:00–22:00');
  });
});
