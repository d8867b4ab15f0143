import { MenuPublished, OpeningChanged } from '@thali/contracts';
import { ImportMenu, seedRestaurants } from '../src';
import { restaurantIdOf } from '../src/import-menu';
import { RestaurantHarness } from '../testing/restaurant-harness';
import { aRestaurant, dosaCorner } from '../testing/restaurants';
import { stockOf } from '../testing/stock';

describe('importing a menu', () => {
  const kitchen = new RestaurantHarness();

  beforeAll(() => kitchen.start());
  afterAll(() => kitchen.close());

  it('makes a restaurant with a menu, portions included, and announces it', async () => {
    const restaurantId = kitchen.ids.next('rst');
    const { imported } = await kitchen.import(aRestaurant({ restaurantId, dishes: { dosa: 5, idli: 20 } }));
    expect(imported).toEqual([{ restaurantId, name: 'Dosa Corner', outcome: 'imported', version: 1, timetable: null }]);
    expect(await stockOf(kitchen.db, restaurantId, 'dosa')).toEqual({ onHand: 5, reserved: 0 });
    expect(await kitchen.sent(restaurantId)).toEqual([MenuPublished.type, OpeningChanged.type]);
  });

  it('of the same file again changes nothing', async () => {
    const restaurantId = await kitchen.aRestaurant();
    const { imported } = await kitchen.import(aRestaurant({ restaurantId }));
    expect(imported).toMatchObject([{ outcome: 'unchanged', version: 1 }]);
    expect(await kitchen.sent(restaurantId)).toHaveLength(2);
  });

  it('of a changed file makes the next version, and leaves the portions that are there', async () => {
    const restaurantId = await kitchen.aRestaurant({ dishes: { dosa: 5 } });
    const changed = aRestaurant({ restaurantId, dishes: { dosa: 50, idli: 7 }, more: { name: 'Dosa Palace' } });
    const { imported } = await kitchen.import(changed);
    expect(imported).toEqual([{ restaurantId, name: 'Dosa Palace', outcome: 'revised', version: 2, timetable: null }]);
    expect(await kitchen.portionsOf(restaurantId, 'dosa')).toBe(5);
    expect(await kitchen.portionsOf(restaurantId, 'idli')).toBe(7);
  });

  it('of one file in two processes at once makes one restaurant', async () => {
    const colleague = await kitchen.replica();
    const file = aRestaurant({ restaurantId: kitchen.ids.next('rst') });
    const reports = await Promise.all([kitchen.import(file), colleague.import(file)]);
    await colleague.stop();
    expect(reports.flatMap(({ imported }) => imported.map(({ outcome }) => outcome)).toSorted()).toEqual([
      'imported',
      'unchanged',
    ]);
  });

  it('of a file with one bad dish imports nothing of it, and says where', async () => {
    const restaurantId = kitchen.ids.next('rst');
    const report = await kitchen.import([
      aRestaurant({ restaurantId }),
      aRestaurant({ more: { hasMenu: { hasMenuItem: { name: 'Dosa', offers: { price: 'cheap' } } } } }),
    ]);
    expect(report).toEqual({
      imported: [],
      notes: [],
      used: [],
      problems: [
        { path: '$[1].hasMenu.hasMenuItem.offers.price', message: '"cheap" is not a price such as 12.50 in EUR' },
      ],
    });
    expect((await kitchen.get(`/restaurants/${restaurantId}`)).status).toBe(404);
  });

  it('of something else than JSON says so', async () => {
    expect((await kitchen.import('Soup: 5.50')).problems[0]).toMatchObject({
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
});

describe('the seed', () => {
  it('fills an empty database, once', async () => {
    const kitchen = new RestaurantHarness();
    await kitchen.start();
    const seed = () => seedRestaurants(kitchen.db, kitchen.provider(ImportMenu));
    const first = await seed();
    const second = await seed();
    const dishes = (await kitchen.menu('rst_01h455vb4pex5vsknk084sn02q')).sections.flatMap(({ items }) => items);
    await kitchen.close();
    expect(first.length).toBeGreaterThanOrEqual(12);
    expect(second).toEqual([]);
    expect(dishes.find(({ itemId }) => itemId === 'masala-dosa')).toMatchObject({
      price: { amount: 950, currency: 'EUR' },
      modifierGroups: [expect.objectContaining({ groupId: 'extras', min: 0 })],
      modifiers: expect.arrayContaining([
        { modifierId: 'extra-chutney', name: 'Extra chutney', price: { amount: 80, currency: 'EUR' } },
      ]),
    });
  });
});
