import { aMeal, euros } from '../../testing/orders';
import type { PriceList } from './price-order';
import { priceRevision } from './price-revision';

/** Dosas were promised at 6.50 and cost 9.50 today. */
function aMenu({ dosaAvailable = true, currency = 'EUR' } = {}): PriceList {
  return {
    currency,
    items: new Map([
      ['dosa', { name: 'Dosa', price: 950, available: dosaAvailable, modifierGroups: [] }],
      ['thali', { name: 'Thali', price: 1_150, available: true, modifierGroups: [] }],
    ]),
  };
}

const dosas = (quantity: number, price = 650) =>
  aMeal({ itemId: 'dosa', name: 'Dosa', quantity, unitPrice: euros(price) });
const revise = (quantities: Record<string, number>, menu = aMenu(), promised = [dosas(2)]) =>
  priceRevision(
    menu,
    promised,
    Object.entries(quantities).map(([itemId, quantity]) => ({ itemId, quantity })),
  );

describe('the price of a revision', () => {
  it('keeps what was promised at its price, and takes today’s for what is added', () => {
    expect(revise({ dosa: 2, thali: 1 }).total).toEqual(euros(2_450));
  });

  it('takes today’s price only for what exceeds the promised quantity', () => {
    const { lines, total } = revise({ dosa: 3, thali: 1 });
    expect(lines.map(({ itemId, quantity, unitPrice }) => [itemId, quantity, unitPrice.amount])).toEqual([
      ['dosa', 2, 650],
      ['dosa', 1, 950],
      ['thali', 1, 1_150],
    ]);
    expect(total).toEqual(euros(3_400));
  });

  it('lets a dish that was taken off since stay, shrink and go', () => {
    const off = aMenu({ dosaAvailable: false });
    expect(revise({ dosa: 2, thali: 1 }, off).total).toEqual(euros(2_450));
    expect(revise({ dosa: 1 }, off).total).toEqual(euros(650));
    expect(revise({ thali: 1 }, off).total).toEqual(euros(1_150));
  });

  it('does not let such a dish grow', () => {
    expect(() => revise({ dosa: 3 }, aMenu({ dosaAvailable: false }))).toThrow('Dosa is not available now.');
  });

  it('keeps a dish that has left the menu', () => {
    const gone: PriceList = { currency: 'EUR', items: new Map() };
    expect(revise({ dosa: 1 }, gone).total).toEqual(euros(650));
    expect(() => revise({ dosa: 3 }, gone)).toThrow('this restaurant has no item dosa');
  });

  it('lets dishes be taken off when the menu has changed its currency, and none be added', () => {
    const yen = aMenu({ currency: 'JPY' });
    expect(revise({ dosa: 1 }, yen).total).toEqual(euros(650));
    expect(() => revise({ dosa: 2, thali: 1 }, yen)).toThrow('The order is in EUR');
  });

  it('keeps each price of a dish that was promised at two, the first first', () => {
    expect(revise({ dosa: 2 }, aMenu(), [dosas(1, 650), dosas(1, 700)]).total).toEqual(euros(1_350));
    expect(revise({ dosa: 1 }, aMenu(), [dosas(1, 650), dosas(1, 700)]).total).toEqual(euros(650));
  });
});
