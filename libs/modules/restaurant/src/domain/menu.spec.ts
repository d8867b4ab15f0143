import { groupOfExtras } from '@thali/contracts';
import { checkMenu, repriced, type Dish, type Menu } from './menu';

const euros = (amount: number) => ({ amount, currency: 'EUR' });
const dish = (itemId: string, differences: Partial<Dish> = {}): Dish => ({
  itemId,
  name: itemId,
  price: euros(500),
  modifierGroups: [],
  ...differences,
});
const menuOf = (...items: Dish[]): Menu => [{ name: 'All', items }];

describe('a menu', () => {
  it('may be of any length', () => {
    expect(() => checkMenu(menuOf(dish('soup'), dish('cake')), 'EUR')).not.toThrow();
  });

  it.each([
    ['a dish twice', menuOf(dish('soup'), dish('soup')), 'sections.0.items.1.itemId'],
    ['a dish for nothing', menuOf(dish('soup', { price: euros(0) })), 'sections.0.items.0.price.amount'],
    [
      'a dish in another currency',
      menuOf(dish('soup', { price: { amount: 5, currency: 'INR' } })),
      'sections.0.items.0.price.currency',
    ],
    [
      'a modifier in another currency',
      menuOf(
        dish('soup', {
          modifierGroups: groupOfExtras([{ modifierId: 'hot', name: 'Hot', price: { amount: 5, currency: 'INR' } }]),
        }),
      ),
      'sections.0.items.0.modifierGroups.0.modifiers.0.price.currency',
    ],
    [
      'a modifier twice',
      menuOf(
        dish('soup', {
          modifierGroups: groupOfExtras([1, 2].map(() => ({ modifierId: 'hot', name: 'Hot', price: euros(0) }))),
        }),
      ),
      'sections.0.items.0.modifierGroups.0.modifiers.1.modifierId',
    ],
  ])('with %s is refused, and says where', (_, menu, field) => {
    expect(() => checkMenu(menu, 'EUR')).toThrow(
      expect.objectContaining({
        code: 'restaurant.invalid-menu',
        details: expect.objectContaining({ problems: expect.arrayContaining([expect.objectContaining({ field })]) }),
      }),
    );
  });

  it('gets a new price for one dish, and stays what it was', () => {
    const before = menuOf(dish('soup'), dish('cake'));
    const after = repriced(before, 'cake', euros(650));
    expect(after[0]?.items.map(({ price }) => price.amount)).toEqual([500, 650]);
    expect(before[0]?.items.map(({ price }) => price.amount)).toEqual([500, 500]);
  });
});
