import { z } from 'zod';

/** Days as schema.org abbreviates them, in the order of a week. */
export const weekdays = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'] as const;
export type Weekday = (typeof weekdays)[number];

const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time such as 11:30');

/** On these days from `opens` to `closes`, on the restaurant's own clock. */
export const OpeningHours = z
  .object({
    days: z.array(z.enum(weekdays)).nonempty(),
    /** `HH:MM`. Both 00:00 means closed on these days, as schema.org has it. */
    opens: ClockTime,
    /** `HH:MM`, up to 24:00; before `opens` means the next day. */
    closes: ClockTime,
    /** The first date on which they hold; null: ever since. */
    validFrom: z.iso.date().nullable(),
    /** The last date on which they hold; null: for good. */
    validThrough: z.iso.date().nullable(),
  })
  .meta({ id: 'OpeningHours' });
export type OpeningHours = z.infer<typeof OpeningHours>;

/**
 * When a restaurant takes orders by what it has published. On a date the hours with the shortest validity count, for each day of the week by
 * itself: a holiday replaces the hours of a season, a season those that always hold. On a day of which none speak it is closed.
 */
export const Timetable = z
  .object({
    /** IANA name, such as `Europe/Berlin`. */
    timeZone: z.string(),
    hours: z.array(OpeningHours),
  })
  .meta({
    id: 'Timetable',
    example: {
      timeZone: 'Europe/Berlin',
      hours: [
        { days: ['Mo', 'Tu', 'We'], opens: '11:30', closes: '22:00', validFrom: null, validThrough: null },
        { days: ['Fr'], opens: '18:00', closes: '02:00', validFrom: null, validThrough: null },
      ],
    },
  });
export type Timetable = z.infer<typeof Timetable>;
