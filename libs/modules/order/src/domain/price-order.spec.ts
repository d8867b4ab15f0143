import { groupOfExtras } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';
import fc from 'fast-check';
import { euros } from '../../testing/orders';
import { priceOrder, type PriceList } from './price-order';

const menu: PriceList = {
  currency: 'EUR',
  items: new Map([
    [
      'dosa',
      {
        name: 'Dosa',
        price: 850,
        available: true,
        modifierGroups: groupOfExtras([
          { modifierId: 'ghee', name: 'With ghee', price: euros(100) },
          { modifierId: 'mild', name: 'Mild', price: euros(0) },
        ]),
      },
    ],
    ['chai', { name: 'Chai', price: 250, available: true, modifierGroups: [] }],
    ['water', { name: 'Tap water', price: 0, available: true, modifierGroups: [] }],
    ['vada', { name: 'Vada', price: 300, available: false, modifierGroups: [] }],
  ]),
};

const refusalOf = (...lines: Parameters<typeof priceOrder>[1]) => {
  try {
    priceOrder(menu, lines);
  } catch (error) {
    if (error instanceof DomainError) return { code: error.code, kind: error.kind, ...error.details };
  }
  return undefined;
};

describe('the price of an order', () => {
  it('is quantity times price, modifiers included, added up', () => {
    const { lines, total } = priceOrder(menu, [
      { itemId: 'dosa', quantity: 2, modifierIds: ['ghee', 'mild'] },
      { itemId: 'chai', quantity: 3 },
    ]);
    expect(lines.map(({ unitPrice }) => unitPrice)).toEqual([euros(950), euros(250)]);
    expect(total).toEqual(euros(2 * 950 + 3 * 250));
  });

  it('is the sum over its lines of quantity × (price + modifiers), whatever the menu', () => {
    const modifier = fc.record({ modifierId: fc.uuid(), price: fc.nat(10_000) });
    const item = fc.record({
      itemId: fc.uuid(),
      price: fc.integer({ min: 1, max: 1_000_000 }),
      modifiers: fc.array(modifier, { maxLength: 4 }),
    });
    const wanted = fc.record({
      nth: fc.nat(),
      quantity: fc.integer({ min: 1, max: 99 }),
      taken: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    });
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 5 }),
        fc.array(wanted, { minLength: 1, maxLength: 8 }),
        (items, wishes) => {
          const chosen = wishes.map(({ nth, quantity, taken }) => {
            const { itemId, price, modifiers } = items[nth % items.length] as (typeof items)[number];
            return { itemId, price, quantity, modifiers: modifiers.filter((_, at) => taken[at]) };
          });
          const list: PriceList = {
            currency: 'INR',
            items: new Map(
              items.map(({ itemId, price, modifiers }) => [
                itemId,
                {
                  name: itemId,
                  price,
                  available: true,
                  modifierGroups: groupOfExtras(
                    modifiers.map(({ modifierId, price }) => ({
                      modifierId,
                      name: '',
                      price: { amount: price, currency: 'INR' },
                    })),
                  ),
                },
              ]),
            ),
          };
          const { total } = priceOrder(
            list,
            chosen.map(({ itemId, quantity, modifiers }) => ({
              itemId,
              quantity,
              modifierIds: modifiers.map(({ modifierId }) => modifierId),
            })),
          );
          const due = chosen.reduce(
            (sum, { quantity, price, modifiers }) =>
              sum + quantity * modifiers.reduce((unit, one) => unit + one.price, price),
            0,
          );
          expect(total).toEqual({ amount: due, currency: 'INR' });
        },
      ),
    );
  });

  it('counts a modifier once, however often it is named', () => {
    const { lines } = priceOrder(menu, [{ itemId: 'dosa', quantity: 1, modifierIds: ['ghee', 'ghee'] }]);
    expect(lines[0]).toMatchObject({ unitPrice: euros(950), modifierIds: ['ghee'] });
  });

  it('remembers the name that the customer has read', () => {
    expect(priceOrder(menu, [{ itemId: 'chai', quantity: 1 }]).lines[0]).toMatchObject({
      itemId: 'chai',
      name: 'Chai',
    });
  });

  it('lets something free come along with something that is not', () => {
    const lines = [
      { itemId: 'water', quantity: 1 },
      { itemId: 'chai', quantity: 1 },
    ];
    expect(priceOrder(menu, lines).total).toEqual(euros(250));
  });
});

describe('an order that cannot be priced', () => {
  const chai = { itemId: 'chai', quantity: 1 };

  it.each([
    [
      'an item that is not on the menu',
      [chai, { itemId: 'pizza', quantity: 1 }],
      { code: 'order.unknown-item', kind: 'invalid', field: 'lines.1.itemId' },
    ],
    [
      'an item that is off today',
      [{ itemId: 'vada', quantity: 1 }],
      { code: 'order.item-unavailable', kind: 'conflict', field: 'lines.0.itemId', itemId: 'vada' },
    ],
    [
      'a modifier of another item',
      [{ ...chai, modifierIds: ['ghee'] }],
      { code: 'order.unknown-modifier', kind: 'invalid', field: 'lines.0.modifierIds' },
    ],
    ['nothing to pay', [{ itemId: 'water', quantity: 5 }], { code: 'order.nothing-to-pay', kind: 'invalid' }],
  ])('is refused, naming the field: %s', (_, lines, refusal) => {
    expect(refusalOf(...lines)).toEqual(refusal);
  });
});
