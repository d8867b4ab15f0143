import { Random } from '../random';

it('is the same for the same seed, and another for another', () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 20 }, () => random.between(1, 1_000));
  };

  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

it('draws whole numbers with both ends possible', () => {
  const random = new Random(1);
  const drawn = new Set(Array.from({ length: 200 }, () => random.between(1, 3)));

  expect(drawn).toEqual(new Set([1, 2, 3]));
});

it('deals every kind of card as often as its weight says, down to the rarest', () => {
  const cards = new Random(1).deal({ often: 97, rarely: 2, seldom: 1 }, 100);
  const count = (kind: string) => cards.filter((card) => card === kind).length;

  expect([cards.length, count('often'), count('rarely'), count('seldom')]).toEqual([100, 97, 2, 1]);
});

it('deals as many cards as were asked for, whatever the weights', () => {
  const lengths = [1, 2, 7, 13].map((count) => new Random(1).deal({ a: 1, b: 1, c: 1 }, count).length);

  expect(lengths).toEqual([1, 2, 7, 13]);
});
