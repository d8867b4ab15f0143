import { planArrivals } from '../load/arrivals';
import { quantile } from '../measure';
import { readOptions } from '../options';

describe('customers who come at random', () => {
  const arrivals = planArrivals({ perSecond: 100, forMs: 100_000, seed: 1 });
  const gaps = arrivals.map((at, n) => at - (arrivals[n - 1] ?? 0));

  it('are as many as were wanted', () => {
    expect(arrivals.length).toBeGreaterThan(9_700);
    expect(arrivals.length).toBeLessThan(10_300);
  });

  it('come one after another, within the time', () => {
    expect(Math.min(...gaps)).toBeGreaterThan(0);
    expect(arrivals.at(-1)).toBeLessThan(100_000);
  });

  it('know nothing of each other: one gap in e is longer than the mean', () => {
    const longer = gaps.filter((gap) => gap > 10).length / gaps.length;
    expect(longer).toBeCloseTo(1 / Math.E, 1);
  });

  it('come at the same moments for the same seed', () => {
    expect(planArrivals({ perSecond: 100, forMs: 100_000, seed: 1 })).toEqual(arrivals);
  });
});

describe('a quantile', () => {
  it('is between two values where none is in its place', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3], 1)).toBe(3);
  });
});

describe('the options', () => {
  it.each([
    [['--rounds', '0'], '--rounds is "0"; it should be a whole number above 0'],
    [['--only', 'a,x'], '--only is "a,x"; it should be of a, b, c, d'],
    [['--to', 'eaten'], '--to is "eaten"; it should be of confirmed, delivered'],
  ])('%j are refused with what is wrong and what would be right', (args, words) => {
    expect(() => readOptions(args)).toThrow(words);
  });
});
