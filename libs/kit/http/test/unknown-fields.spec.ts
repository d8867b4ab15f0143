import fc from 'fast-check';
import { z } from 'zod';
import { editDistance } from '@thali/kit/core';
import { suggestion, unknownFields } from '../unknown-fields';

const Line = z.object({ itemId: z.string(), note: z.string().optional() });
const Order = z.object({
  lines: z.array(Line).min(1),
  place: z.object({ lat: z.number() }).optional(),
  extra: z.looseObject({ any: z.string() }).optional(),
  payment: z.union([z.object({ card: z.string() }), z.object({ cash: z.boolean() })]).default({ cash: true }),
});
const pathsIn = (value: object) => unknownFields(Order, value).map(({ path }) => path.join('.'));

describe('fields that no schema knows', () => {
  it('are none in what fits', () => {
    const value = { lines: [{ itemId: 'a', note: 'hot' }], place: { lat: 1 }, payment: { card: 'x' } };
    expect(pathsIn(value)).toEqual([]);
  });

  it('are found at every depth, with the names that would be right', () => {
    const value = { lines: [{ itemId: 'a' }, { itemId: 'b', nota: 'nuts!' }], place: { lat: 1, lng: 2 }, tip: 1 };
    expect(pathsIn(value)).toEqual(['lines.1.nota', 'place.lng', 'tip']);
    expect(unknownFields(Order, value)[0]?.known).toEqual(['itemId', 'note']);
  });

  it('are welcome where the schema says so', () => {
    expect(pathsIn({ extra: { any: 'a', more: 1 } })).toEqual([]);
  });

  it('are judged by the option of a union that fits', () => {
    expect(pathsIn({ payment: { cash: true } })).toEqual([]);
    expect(pathsIn({ payment: { cash: true, change: 5 } })).toEqual(['payment.change']);
  });

  it('include those whose names every object inherits', () => {
    expect(pathsIn(JSON.parse('{ "constructor": 1, "toString": 2 }') as object)).toEqual(['constructor', 'toString']);
  });
});

describe('what may have been meant', () => {
  it.each([
    ['nota', 'no such field; did you mean note?'],
    ['ntoe', 'no such field; did you mean note?'],
    ['Note', 'no such field; did you mean note?'],
    ['allergy', 'no such field; one of itemId, note'],
  ])('by %s: %s', (name, expected) => {
    expect(suggestion(name, ['itemId', 'note'])).toBe(expected);
  });

  it('is measured the same from both sides, and is nothing only between equals', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
        expect(editDistance(one, other)).toBe(editDistance(other, one));
        expect(editDistance(one, other) === 0).toBe(one === other);
      }),
    );
  });
});
