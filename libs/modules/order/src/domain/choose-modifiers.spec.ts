import type { ModifierGroup } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';
import fc from 'fast-check';
import { aMeal, euros } from '../../testing/orders';
import { chooseModifiers, type Choosable } from './choose-modifiers';
import { priceOrder, type PriceList } from './price-order';
import { priceRevision } from './price-revision';

function aGroup(groupId: string, min: number, max: number, modifiers: Record<string, number>, defaults: string[] = []) {
  const [first, ...more] = Object.entries(modifiers).map(([modifierId, amount]) => ({
    modifierId,
    name: modifierId.toUpperCase(),
    price: euros(amount),
  }));
  if (!first) throw new Error('a group has modifiers');
  return { groupId, name: `The ${groupId}`, min, max, defaults, modifiers: [first, ...more] } satisfies ModifierGroup;
}

const size = aGroup('size', 1, 1, { small: 0, medium: 200, large: 500 }, ['small']);
const dough = aGroup('dough', 1, 1, { thin: 0, thick: 50 });
const toppings = aGroup('toppings', 0, 3, { olives: 50, capers: 50, rocket: 100, nduja: 150 });

const menuWith = (...modifierGroups: ModifierGroup[]): PriceList => ({
  currency: 'EUR',
  items: new Map([['pizza', { name: 'Pizza', price: 800, available: true, modifierGroups }]]),
});
const order = (menu: PriceList, ...modifierIds: string[]) =>
  priceOrder(menu, [{ itemId: 'pizza', quantity: 1, modifierIds }]).lines[0];
const refusalOf = (menu: PriceList, ...modifierIds: string[]) => {
  try {
    order(menu, ...modifierIds);
  } catch (error) {
    if (error instanceof DomainError) return { code: error.code, message: error.message, ...error.details, error };
  }
  return undefined;
};

/** What `count` says of what is chosen, or that it is refused. */
function countsOrRefusal<T>(item: Choosable, wanted: readonly string[], count: (chosen: readonly string[]) => T) {
  try {
    return count(chooseModifiers(item, wanted, 'lines.0.modifierIds'));
  } catch (error) {
    if (error instanceof DomainError) return 'refused';
    throw error;
  }
}

describe('of a dish in sizes', () => {
  it('exactly one is ordered: two are refused with 400, and the refusal names field and group', () => {
    expect(refusalOf(menuWith(size), 'medium', 'large')).toMatchObject({
      code: 'order.too-many-chosen',
      message: 'lines.0.modifierIds: choose exactly 1 of "The size" for Pizza (small, medium, large), not 2.',
      field: 'lines.0.modifierIds',
      groupId: 'size',
      error: { statusCode: 400 },
    });
  });

  it('the small one is ordered where none is named, and everybody can read so', () => {
    expect(order(menuWith(size))).toMatchObject({
      name: 'Pizza (SMALL)',
      modifierIds: ['small'],
      unitPrice: euros(800),
    });
  });

  it('each has its own price', () => {
    const prices = ['small', 'medium', 'large'].map((id) => order(menuWith(size), id)?.unitPrice.amount);
    expect(prices).toEqual([800, 1_000, 1_300]);
  });
});

describe('of a group of modifiers', () => {
  it('one that is required is refused where none is named and there is no default', () => {
    expect(refusalOf(menuWith(size, dough))).toMatchObject({
      code: 'order.too-few-chosen',
      groupId: 'dough',
      min: 1,
      max: 1,
      error: { statusCode: 400 },
    });
    expect(order(menuWith(size, dough), 'thick')).toMatchObject({
      name: 'Pizza (SMALL, THICK)',
      modifierIds: ['thick', 'small'],
    });
  });

  it('no more than its most are ordered', () => {
    expect(order(menuWith(toppings), 'olives', 'capers', 'rocket')).toMatchObject({
      name: 'Pizza',
      unitPrice: euros(1_000),
    });
    expect(refusalOf(menuWith(toppings), 'olives', 'capers', 'rocket', 'nduja')).toMatchObject({
      message: expect.stringContaining('choose at most 3 of "The toppings"'),
    });
  });

  it('as many as are ordered are within what it allows, or the order is refused', () => {
    const ids = fc.array(
      fc.constantFrom('small', 'medium', 'large', 'thin', 'thick', 'olives', 'capers', 'rocket', 'nduja'),
    );
    const pizza = { name: 'Pizza', modifierGroups: [size, dough, toppings] };
    fc.assert(
      fc.property(ids, (wanted) => {
        const counts = (chosen: readonly string[]) =>
          pizza.modifierGroups.map(
            ({ modifiers }) => modifiers.filter(({ modifierId }) => chosen.includes(modifierId)).length,
          );
        const [sizes = 0, doughs = 0, tops = 0] = counts(wanted);
        const expected = sizes <= 1 && doughs === 1 && tops <= 3 ? [1, 1, tops] : 'refused';
        expect(countsOrRefusal(pizza, wanted, counts)).toEqual(expected);
      }),
    );
  });
});

describe('a revision of a dish in sizes', () => {
  const promised = [
    aMeal({ itemId: 'pizza', name: 'Pizza (SMALL)', quantity: 2, unitPrice: euros(700), modifierIds: ['small'] }),
  ];
  const revise = (menu: PriceList, ...modifierIds: string[]) =>
    priceRevision(menu, promised, [{ itemId: 'pizza', quantity: 2, modifierIds }]).total;

  it('keeps the promised price, whether or not it names the size that was taken by default', () => {
    expect([revise(menuWith(size)), revise(menuWith(size), 'small')]).toEqual([euros(1_400), euros(1_400)]);
    expect(revise(menuWith(size), 'large')).toEqual(euros(2_600));
  });

  it('keeps a size that the menu does not have any more', () => {
    expect(revise(menuWith(toppings), 'small')).toEqual(euros(1_400));
  });
});
