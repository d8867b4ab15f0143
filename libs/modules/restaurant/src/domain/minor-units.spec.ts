import fc from 'fast-check';
import { decimalsOf, isCurrency, toMinorUnits } from './minor-units';

describe('a price', () => {
  it.each([
    ['12.50', 'EUR', 1250],
    ['12.5', 'EUR', 1250],
    ['12', 'EUR', 1200],
    ['0.29', 'EUR', 29],
    ['1.10', 'INR', 110],
    ['1200', 'JPY', 1200],
    ['1200.00', 'JPY', 1200],
    ['1.250', 'KWD', 1250],
    ['1.25', 'KWD', 1250],
    ['0', 'EUR', 0],
  ])('of %s %s is %d minor units', (written, currency, amount) => {
    expect(toMinorUnits(written, currency)).toBe(amount);
  });

  it.each([
    ['12,50', 'EUR'],
    ['12.505', 'EUR'],
    ['12.5', 'JPY'],
    ['-1', 'EUR'],
    ['1e3', 'EUR'],
    ['€12', 'EUR'],
    ['', 'EUR'],
    ['.5', 'EUR'],
  ])('written %s in %s is refused', (written, currency) => {
    expect(toMinorUnits(written, currency)).toBeUndefined();
  });

  it('is the same after going to decimals and back', () => {
    const currency = fc.constantFrom('EUR', 'INR', 'JPY', 'KWD', 'CLF');
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000_000 }), currency, (amount, code) => {
        const digits = decimalsOf(code);
        const text = String(amount).padStart(digits + 1, '0');
        const written = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
        expect(toMinorUnits(written, code)).toBe(amount);
      }),
    );
  });

  it('is in a currency that exists', () => {
    expect(['EUR', 'INR', 'XYZ', 'eur'].map(isCurrency)).toEqual([true, true, false, false]);
  });
});
