import type { OpeningHours, Timetable } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';
import { refuseWhileClosed } from './refuse-while-closed';

const always = { validFrom: null, validThrough: null };
const night: OpeningHours = {
  days: ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'],
  opens: '01:00',
  closes: '02:00',
  ...always,
};
const berlin = (...hours: OpeningHours[]): Timetable => ({ timeZone: 'Europe/Berlin', hours });
const refusalAt = (at: string, timetable: Timetable | null, open = true) => {
  try {
    refuseWhileClosed({ name: 'night', open, timetable }, new Date(at));
  } catch (error) {
    if (error instanceof DomainError)
      return { code: error.code, kind: error.kind, message: error.message, ...error.details };
  }
  return undefined;
};

describe('an order outside of the opening hours', () => {
  it('is refused, and the refusal says when the restaurant opens', () => {
    expect(refusalAt('2026-12-01T13:00:00Z', berlin(night))).toEqual({
      code: 'order.restaurant-closed',
      kind: 'conflict',
      message: 'night is closed now. It opens tomorrow at 01:00.',
      opensAt: '2026-12-02T00:00:00.000Z',
      retryAfterSeconds: 11 * 3_600,
      timeZone: 'Europe/Berlin',
    });
  });

  it.each([
    ['2026-11-30T23:30:00Z', 'It opens today at 01:00.'],
    ['2026-12-01T01:00:00Z', 'It opens tomorrow at 01:00.'],
  ])('says the day as a person there would, at %s', (at, sentence) => {
    expect(refusalAt(at, berlin(night))?.message).toBe(`night is closed now. ${sentence}`);
  });

  it('names a day further off by its date', () => {
    const friday = berlin({ ...night, days: ['Fr'], opens: '18:00', closes: '22:00' });
    expect(refusalAt('2026-12-01T13:00:00Z', friday)?.message).toBe(
      'night is closed now. It opens on Friday, 4 December at 18:00.',
    );
  });

  it('is refused also where the hours name no other day', () => {
    const past = berlin({ ...night, validFrom: '2026-01-01', validThrough: '2026-01-31' });
    expect(refusalAt('2026-12-01T13:00:00Z', past)).toMatchObject({
      message: 'night is closed now. Its opening hours name no other day.',
      opensAt: null,
    });
  });
});

describe('an order is accepted', () => {
  it('within the hours, and where there are none', () => {
    expect(refusalAt('2026-12-01T00:30:00Z', berlin(night))).toBeUndefined();
    expect(refusalAt('2026-12-01T13:00:00Z', null)).toBeUndefined();
  });

  it('but not when the staff has closed', () => {
    expect(refusalAt('2026-12-01T00:30:00Z', berlin(night), false)?.message).toBe('night is closed now.');
  });
});
