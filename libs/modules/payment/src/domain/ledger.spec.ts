import fc from 'fast-check';
import { accounts, sharesOf, transfer } from './ledger';

const permille = fc.integer({ min: 0, max: 500 });
const amounts = fc.integer({ min: 0, max: 10_000_000 });

describe('a transfer', () => {
  it('balances, whatever is moved', () => {
    const legs = fc.array(fc.record({ account: fc.string(), amount: fc.integer() }), { minLength: 1 });
    fc.assert(
      fc.property(legs, (to) => {
        fc.pre(to.some(({ amount }) => amount !== 0));
        fc.pre(
          to.filter(({ amount }) => amount !== 0).length > 1 || to.reduce((sum, { amount }) => sum + amount, 0) !== 0,
        );
        const { postings } = transfer({ orderId: 'ord_1', what: 'test', currency: 'EUR' }, { from: 'somewhere', to });
        expect(postings.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
        expect(postings.length).toBeGreaterThanOrEqual(2);
      }),
    );
  });

  it('moves something, or is none', () => {
    const nothing = { from: accounts.provider, to: [{ account: accounts.fees, amount: 0 }] };
    expect(() => transfer({ orderId: 'ord_1', what: 'test', currency: 'EUR' }, nothing)).toThrow('moves nothing');
  });
});

describe('a split', () => {
  it('gives out all there is, and nobody less than nothing', () => {
    fc.assert(
      fc.property(amounts, permille, permille, fc.boolean(), (amount, courierPermille, feePermille, delivered) => {
        const parts = Object.values<number>({
          ...sharesOf(amount, { courierPermille, feePermille }, { delivered, bill: null }),
        });
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount);
        expect(parts.every((part) => part >= 0 && Number.isInteger(part))).toBe(true);
      }),
    );
  });

  it('gives the tip to the courier and the tax to the tax office, when the whole bill is paid for a meal that came', () => {
    const unitPrice = { amount: 1_000, currency: 'EUR' };
    const lines = [{ itemId: 'dosa', name: 'Dosa', quantity: 2, unitPrice, modifierIds: [] }];
    const bill = { lines, tax: 140, taxIncluded: false, deliveryFee: 260, tip: 200 };
    const shares = { courierPermille: 100, feePermille: 150 };
    expect(sharesOf(2_600, shares, { delivered: true, bill })).toEqual({
      restaurant: 1_695,
      courier: 426,
      fees: 339,
      tax: 140,
    });
    expect(sharesOf(2_600, shares, { delivered: false, bill })).toMatchObject({ courier: 0, tax: 0 });
    expect(sharesOf(1_000, shares, { delivered: true, bill })).toMatchObject({ courier: 100, tax: 0 });
  });

  it('leaves the restaurant what does not divide evenly', () => {
    const shares = { courierPermille: 120, feePermille: 150 };
    expect(sharesOf(101, shares, { delivered: true, bill: null })).toEqual({
      restaurant: 74,
      courier: 12,
      fees: 15,
      tax: 0,
    });
  });
});
