import { MenuPublished } from '@thali/contracts';
import { Database } from '@thali/kit/postgres';
import { ImportMenu, seedRestaurants } from '../src';
import { restaurantIdOf } from '../src/import-menu';
import { Kitchen } from '../testing/kitchen';
import { aRestaurant, dosaCorner } from '../testing/restaurants';
import { stockOf } from '../testing/stock';

describe('importing a menu', () => {
  let kitchen: Kitchen;

  beforeEach(async () => {
    kitchen = await Kitchen.open();
  });
  afterEach(() => kitchen.close());

  it('makes a restaurant with a menu, portions included, and announces it', async () => {
    const { imported } = await kitchen.import(aRestaurant({ dishes: { dosa: 5, idli: 20 } }));
    expect(imported).toEqual([{ restaurantId: dosaCorner, name: 'Dosa Corner', outcome: 'imported', version: 1 }]);
    expect(await stockOf(kitchen.db, dosaCorner, 'dosa')).toEqual({ onHand: 5, reserved: 0 });
    expect(await kitchen.said(dosaCorner)).toEqual([MenuPublished.type, 'restaurant.opening-changed']);
  });

  it('of the same file again changes nothing', async () => {
    await kitchen.import(aRestaurant());
    const { imported } = await kitchen.import(aRestaurant());
    expect(imported).toMatchObject([{ outcome: 'unchanged', version: 1 }]);
    expect(await kitchen.said(dosaCorner)).toHaveLength(2);
  });

  it('of a changed file makes the next version, and leaves the portions that are there', async () => {
    await kitchen.import(aRestaurant({ dishes: { dosa: 5 } }));
    const { imported } = await kitchen.import(
      aRestaurant({ dishes: { dosa: 50, idli: 7 }, more: { name: 'Dosa Palace' } }),
    );
    expect(imported).toEqual([{ restaurantId: dosaCorner, name: 'Dosa Palace', outcome: 'revised', version: 2 }]);
    expect([await kitchen.portionsOf(dosaCorner, 'dosa'), await kitchen.portionsOf(dosaCorner, 'idli')]).toEqual([
      5, 7,
    ]);
  });

  it('of a file with one bad dish imports nothing of it, and says where', async () => {
    const good = aRestaurant({ restaurantId: 'rst_01h455vb4pex5vsknk084sn0a2' });
    const report = await kitchen.import([
      good,
      aRestaurant({ more: { hasMenu: { hasMenuItem: { name: 'Dosa', offers: { price: 'cheap' } } } } }),
    ]);
    expect(report).toEqual({
      imported: [],
      problems: [
        { path: '$[1].hasMenu.hasMenuItem.offers.price', message: '"cheap" is not a price such as 12.50 in EUR' },
      ],
    });
    expect(await kitchen.db.read('select 1 from restaurants')).toEqual([]);
  });

  it('of something else than JSON says so', async () => {
    expect((await kitchen.import('<html>')).problems[0]).toMatchObject({
      path: '$',
      message: expect.stringContaining('is not JSON'),
    });
  });

  it('knows a restaurant by the id in its @id, or else by one that follows from it', () => {
    expect(restaurantIdOf(`https://thali.example/restaurants/${dosaCorner}#menu`)).toBe(dosaCorner);
    expect(restaurantIdOf('https://cafe.example/')).toMatch(/^rst_[0-7][0-9a-z]{25}$/);
    expect(restaurantIdOf('https://cafe.example/')).toBe(restaurantIdOf('https://cafe.example/'));
    expect(restaurantIdOf('https://cafe.example/')).not.toBe(restaurantIdOf('https://bar.example/'));
  });

  it('fills an empty database with the seed, once', async () => {
    const seed = () => seedRestaurants(kitchen.get(Database), kitchen.get(ImportMenu));
    expect((await seed()).length).toBeGreaterThanOrEqual(12);
    expect(await seed()).toEqual([]);
    expect(
      (await kitchen.menu('rst_01h455vb4pex5vsknk084sn02q')).sections
        .flatMap(({ items }) => items)
        .find(({ itemId }) => itemId === 'masala-dosa'),
    ).toMatchObject({
      price: { amount: 950, currency: 'EUR' },
      modifiers: expect.arrayContaining([
        { modifierId: 'extra-chutney', name: 'Extra chutney', price: { amount: 80, currency: 'EUR' } },
      ]),
    });
  });
});
