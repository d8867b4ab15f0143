import { slopeOf } from '../slope';

it('is how fast something grows, whatever it does on the way', () => {
  const at = [1, 2, 3, 4, 5];
  expect(slopeOf(at.map((x) => ({ x, y: 3 * x + 7 })))).toBeCloseTo(3);
  expect(slopeOf(at.map((x) => ({ x, y: x % 2 ? 10 : 20 })))).toBeCloseTo(0);
});
