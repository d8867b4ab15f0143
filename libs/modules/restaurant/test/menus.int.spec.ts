import { ItemAvailabilityChanged, MenuPublished, OpeningChanged } from '@thali/contracts';
import type { RestaurantPage } from '../src/restaurants.view';
import { RestaurantHarness, line, openTicket } from '../testing/restaurant-harness';

describe('a menu', () => {
  const kitchen = new RestaurantHarness();
  let restaurantId: string;

  beforeAll(() => kitchen.start());
  beforeEach(async () => {
    restaurantId = await kitchen.aRestaurant({ dishes: { dosa: 5, idli: 20 } });
  });
  afterAll(() => kitchen.close());

  const menuUrl = () => `/restaurants/${restaurantId}/menu`;
  const itemUrl = (itemId: string) => `/restaurants/${restaurantId}/items/${itemId}`;
  const announced = (type: { type: string }) =>
    kitchen.db.read<{ data: Record<string, unknown> }>(
      'select data from messages where key = $1 and type = $2 order by key_version',
      [restaurantId, type.type],
    );

  const readAgain = (etag: unknown) => kitchen.get(menuUrl(), { 'if-none-match': String(etag) });

  it('is read with its version in its ETag, and not twice', async () => {
    const { status, body, headers } = await kitchen.get(menuUrl());
    const etag = String(headers.etag);
    expect([status, etag, body.version]).toEqual([200, expect.stringMatching(/^"1\.[\w-]+"$/), 1]);
    const again = await readAgain(etag);
    expect([again.status, again.headers.etag, again.body]).toEqual([304, etag, {}]);
    expect((await readAgain(etag.replace('1', '7'))).status).toBe(200);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['an item was taken off', () => kitchen.patch(itemUrl('dosa'), { available: false })],
    ['portions were counted', () => kitchen.patch(itemUrl('dosa'), { portions: 4 })],
    ['an order has taken portions', () => kitchen.hear(openTicket(kitchen.anOrder(), restaurantId, line('dosa')))],
  ])('is read again when %s, though it has no new version', async (_, change) => {
    const { headers } = await kitchen.get(menuUrl());
    await change();
    const again = await readAgain(headers.etag);
    expect([again.status, again.body.version]).toEqual([200, 1]);
    expect((await readAgain(again.headers.etag)).status).toBe(304);
  });

  it('is published over what was read, whatever was ordered since', async () => {
    const { body, headers } = await kitchen.get(menuUrl());
    const ifMatch = { 'if-match': String(headers.etag) };
    await kitchen.patch(itemUrl('dosa'), { portions: 3 });
    const put = await kitchen.put(menuUrl(), body, ifMatch);
    expect([put.status, put.body.version]).toEqual([200, 2]);
    expect((await readAgain(put.headers.etag)).status).toBe(304);
    expect((await kitchen.put(menuUrl(), body, ifMatch)).status).toBe(412);
  });

  it('is not changed by a PATCH whose If-Match names an older version', async () => {
    const { headers } = await kitchen.get(menuUrl());
    const reprice = (amount: number) =>
      kitchen.patch(itemUrl('dosa'), { price: { amount, currency: 'EUR' } }, { 'if-match': String(headers.etag) });
    expect((await reprice(990)).status).toBe(200);
    expect(await reprice(1_090)).toMatchObject({ status: 412, body: { code: 'restaurant.menu.stale' } });
    expect((await kitchen.menu(restaurantId)).version).toBe(2);
  });

  it('is not there where there is no restaurant', async () => {
    expect(await kitchen.get('/restaurants/rst_00000000000000000000000000/menu')).toMatchObject({
      status: 404,
      body: { code: 'restaurant.not-found' },
    });
    expect(await kitchen.get('/restaurants/nonsense/menu')).toMatchObject({
      status: 400,
      body: { problems: [{ field: 'restaurantId' }] },
    });
  });

  it('may be sent back as it was read, changed', async () => {
    const menu = await kitchen.menu(restaurantId);
    const sections = menu.sections.map((section) => ({ ...section, name: 'Everything' }));
    const put = await kitchen.put(menuUrl(), { ...menu, sections }, { 'if-match': '"1"' });
    expect([put.status, put.headers.etag]).toEqual([200, expect.stringMatching(/^"2\./)]);
    expect(put.body).toEqual({ ...menu, version: 2, sections });
    expect(await kitchen.menu(restaurantId)).toEqual(put.body);
    expect((await announced(MenuPublished)).map(({ data }) => data.version)).toEqual([1, 2]);
    expect((await announced(MenuPublished)).at(-1)?.data).toMatchObject({
      sections: [{ name: 'Everything', items: [{ itemId: 'dosa' }, { itemId: 'idli' }] }],
    });
  });

  it('says last of a dish what is true of it, however many say something at once', async () => {
    for (let n = 0; n < 10; n++) {
      await kitchen.patch(itemUrl('dosa'), { available: true });
      const back = { portions: 40, available: true };
      await Promise.all([back, { available: false }].map((said) => kitchen.patch(itemUrl('dosa'), said)));
      const [dish] = (await kitchen.menu(restaurantId)).sections.flatMap(({ items }) => items);
      expect((await announced(ItemAvailabilityChanged)).at(-1)?.data.available).toBe(dish?.available);
    }
  });

  it('answers with the whole dish who changes it while the menu is being published', async () => {
    const { sections } = await kitchen.menu(restaurantId);
    const [published, changed] = await Promise.all([
      kitchen.put(menuUrl(), { sections }, { 'if-match': '"1"' }),
      kitchen.patch(itemUrl('dosa'), { portions: 7 }),
    ]);
    expect([published.status, changed]).toEqual([
      200,
      expect.objectContaining({ status: 200, body: expect.objectContaining({ itemId: 'dosa', portions: 7 }) }),
    ]);
  });

  it('is not overwritten by who has not seen it', async () => {
    const menu = await kitchen.menu(restaurantId);
    expect((await kitchen.put(menuUrl(), menu)).status).toBe(428);
    const colleague = await kitchen.replica();
    const authors = [kitchen, colleague, kitchen, colleague, colleague, kitchen];
    const answers = await Promise.all(authors.map((from) => from.put(menuUrl(), menu, { 'if-match': '"1"' })));
    await colleague.stop();
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412, 412, 412, 412]);
    expect(answers.find(({ status }) => status === 412)?.body).toMatchObject({
      code: 'restaurant.menu.stale',
      current: 2,
    });
  });

  it('leaves portions and availability to the kitchen, but for new dishes', async () => {
    const menu = await kitchen.menu(restaurantId);
    await kitchen.patch(itemUrl('dosa'), { available: false, portions: 3 });
    const cake = { itemId: 'cake', name: 'Cake', price: { amount: 400, currency: 'EUR' }, portions: 8 };
    const sections = [{ name: 'All', items: [...(menu.sections[0]?.items ?? []), cake] }];
    await kitchen.put(menuUrl(), { sections }, { 'if-match': '"1"' });
    const left = (await kitchen.menu(restaurantId)).sections[0]?.items.map(({ itemId, portions, available }) => ({
      itemId,
      portions,
      available,
    }));
    expect(left).toEqual([
      { itemId: 'dosa', portions: 3, available: false },
      { itemId: 'idli', portions: 20, available: true },
      { itemId: 'cake', portions: 8, available: true },
    ]);
  });

  it('gives a dish that comes back its old portions', async () => {
    const menu = await kitchen.menu(restaurantId);
    const [dosa, idli] = menu.sections[0]?.items ?? [];
    await kitchen.put(menuUrl(), { sections: [{ name: 'All', items: [idli] }] }, { 'if-match': '"1"' });
    expect(await kitchen.portionsOf(restaurantId, 'dosa')).toBeUndefined();
    await kitchen.put(
      menuUrl(),
      { sections: [{ name: 'All', items: [{ ...dosa, portions: 99 }] }] },
      { 'if-match': '"2"' },
    );
    expect(await kitchen.portionsOf(restaurantId, 'dosa')).toBe(5);
  });

  it('is refused whole for one bad dish, naming its place', async () => {
    const dosa = { itemId: 'dosa', name: 'Dosa', price: { amount: 950, currency: 'EUR' } };
    const put = (...items: object[]) =>
      kitchen.put(menuUrl(), { sections: [{ name: 'All', items }] }, { 'if-match': '"1"' });
    expect(await put(dosa, { ...dosa, itemId: 'a b' })).toMatchObject({
      status: 400,
      body: { problems: [{ field: 'sections.0.items.1.itemId' }] },
    });
    expect(await put(dosa, dosa)).toMatchObject({
      status: 422,
      body: { problems: [{ field: 'sections.0.items.1.itemId' }] },
    });
    expect(await put({ ...dosa, price: { amount: 950, currency: 'INR' } })).toMatchObject({
      status: 422,
      body: { code: 'restaurant.invalid-menu' },
    });
    expect((await kitchen.menu(restaurantId)).version).toBe(1);
  });

  const bread = { modifierId: 'bread', name: 'Bread', price: { amount: 100, currency: 'EUR' } };
  const size = { groupId: 'size', name: 'Size', min: 1, max: 1, modifiers: [bread] };

  it.each<[string, { menu?: object; section?: object; dish?: object }, string]>([
    ['without a dish', { section: { items: [] } }, 'sections'],
    ['without a section', { menu: { sections: [] } }, 'sections'],
    ['with a blank section', { section: { name: ' \u200b' } }, 'sections.0.name'],
    ['with a blank dish', { dish: { name: '\u3164' } }, 'sections.0.items.0.name'],
    ['with an endless name', { dish: { name: 'a'.repeat(201) } }, 'sections.0.items.0.name'],
    ['with a name that turns around', { dish: { name: 'a\u202eb' } }, 'sections.0.items.0.name'],
    ['with an endless description', { dish: { description: 'a'.repeat(2_001) } }, 'sections.0.items.0.description'],
    ['with an invisible id', { dish: { itemId: '\u200b' } }, 'sections.0.items.0.itemId'],
    ['with an id that turns around', { dish: { itemId: 'a\u202eb' } }, 'sections.0.items.0.itemId'],
    ['with an endless id', { dish: { itemId: 'a'.repeat(81) } }, 'sections.0.items.0.itemId'],
    [
      'with a blank modifier',
      { dish: { modifiers: [{ ...bread, modifierId: ' ' }] } },
      'sections.0.items.0.modifiers.0.modifierId',
    ],
    [
      'with a group of which more must be chosen than there are',
      { dish: { modifierGroups: [{ ...size, min: 2, max: 2 }] } },
      'sections.0.items.0.modifierGroups.0.min',
    ],
    [
      'with more least choices than an order may name',
      {
        dish: {
          modifierGroups: [
            {
              ...size,
              min: 21,
              max: 21,
              modifiers: Array.from({ length: 21 }, (_, n) => ({ ...bread, modifierId: `b${n}` })),
            },
          ],
        },
      },
      'sections.0.items.0.modifierGroups',
    ],
    [
      'with a default that costs something',
      { dish: { modifierGroups: [{ ...size, defaults: ['bread'] }] } },
      'sections.0.items.0.modifierGroups.0.defaults',
    ],
    [
      'with modifiers that are not those of its groups',
      { dish: { modifiers: [], modifierGroups: [size] } },
      'sections.0.items.0.modifiers',
    ],
  ])('%s, of which nothing could be ordered, is refused by its place', async (_, { menu, section, dish }, field) => {
    const items = [{ itemId: 'dosa', name: 'Dosa', price: { amount: 950, currency: 'EUR' }, ...dish }];
    const whole = { sections: [{ name: 'All', items, ...section }], ...menu };
    const { status, body } = await kitchen.put(menuUrl(), whole, { 'if-match': '"1"' });
    expect([400, 422]).toContain(status);
    expect(body.problems).toEqual(expect.arrayContaining([expect.objectContaining({ field })]));
    expect((await kitchen.menu(restaurantId)).version).toBe(1);
  });

  it('says everything that is wrong with it at once', async () => {
    const items = [1, 2].map((amount) => ({ itemId: 'dosa', name: 'Dosa', price: { amount, currency: 'INR' } }));
    const { body } = await kitchen.put(menuUrl(), { sections: [{ name: 'All', items }] }, { 'if-match': '"1"' });
    expect(body.problems).toMatchObject([
      { field: 'sections.0.items.0.price.currency' },
      { field: 'sections.0.items.1.itemId' },
      { field: 'sections.0.items.1.price.currency' },
    ]);
  });

  it('may group what can be chosen, and is read with the groups and with all their modifiers', async () => {
    const free = { ...bread, modifierId: 'small', name: 'Small', price: { amount: 0, currency: 'EUR' } };
    const groups = [{ ...size, defaults: ['small'], modifiers: [free, { ...bread, modifierId: 'large' }] }];
    const dosa = { itemId: 'dosa', name: 'Dosa', price: { amount: 950, currency: 'EUR' } };
    const put = (dish: object, version: number) =>
      kitchen.put(menuUrl(), { sections: [{ name: 'All', items: [dish] }] }, { 'if-match': `"${version}"` });
    expect((await put({ ...dosa, modifierGroups: groups }, 1)).status).toBe(200);
    const [read] = (await kitchen.menu(restaurantId)).sections[0]?.items ?? [];
    expect([read?.modifierGroups, read?.modifiers]).toEqual([groups, groups[0]?.modifiers]);
    expect((await put({ ...dosa, modifiers: [bread] }, 2)).status).toBe(200);
    expect((await kitchen.menu(restaurantId)).sections[0]?.items[0]?.modifierGroups).toEqual([
      { groupId: 'extras', name: 'Extras', min: 0, max: 1, defaults: [], modifiers: [bread] },
    ]);
  });

  it('has a new version when a price changes, and none when a dish is taken off', async () => {
    expect((await kitchen.patch(itemUrl('dosa'), { available: false })).body).toMatchObject({
      available: false,
      menuVersion: 1,
    });
    expect((await kitchen.patch(itemUrl('dosa'), { price: { amount: 990, currency: 'EUR' } })).body).toMatchObject({
      price: { amount: 990, currency: 'EUR' },
      available: false,
      menuVersion: 2,
    });
    expect((await kitchen.patch(itemUrl('dosa'), { price: { amount: 990, currency: 'EUR' } })).body.menuVersion).toBe(
      2,
    );
    expect(await announced(ItemAvailabilityChanged)).toEqual([
      { data: { restaurantId, itemId: 'dosa', available: false } },
    ]);
    expect((await announced(MenuPublished)).at(-1)?.data).toMatchObject({
      version: 2,
      sections: [{ items: [{ itemId: 'dosa', available: false, price: { amount: 990 } }, { itemId: 'idli' }] }],
    });
  });

  it('takes changes of one dish by many at once, each for itself', async () => {
    const changes = [
      { available: false },
      { portions: 9 },
      { price: { amount: 990, currency: 'EUR' } },
      { price: { amount: 1090, currency: 'EUR' } },
    ];
    const answers = await Promise.all(changes.map((change) => kitchen.patch(itemUrl('dosa'), change)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const dosa = (await kitchen.menu(restaurantId)).sections[0]?.items[0];
    expect(dosa).toMatchObject({ available: false, portions: 9 });
    expect((await kitchen.menu(restaurantId)).version).toBe(3);
  });

  it.each([
    ['no change at all', {}, 400],
    ['another currency', { price: { amount: 5, currency: 'USD' } }, 422],
    ['a price that nobody could pay', { price: { amount: 1_000_000_001, currency: 'EUR' } }, 422],
    ['less than no portions', { portions: -1 }, 400],
    ['half a portion', { portions: 1.5 }, 400],
  ])('is not changed by %s', async (_, change, status) => {
    expect((await kitchen.patch(itemUrl('dosa'), change)).status).toBe(status);
  });

  it('knows only its own dishes', async () => {
    expect(await kitchen.patch(itemUrl('pizza'), { available: true })).toMatchObject({
      status: 404,
      body: { code: 'restaurant.item-not-found' },
    });
  });

  it('of a restaurant that closes stays, and its restaurant says so once', async () => {
    const close = () => kitchen.post(`/restaurants/${restaurantId}/close`);
    expect([(await close()).body.open, (await close()).body.open]).toEqual([false, false]);
    expect((await kitchen.get(`/restaurants/${restaurantId}`)).body.open).toBe(false);
    expect((await kitchen.post(`/restaurants/${restaurantId}/open`)).body.open).toBe(true);
    expect((await announced(OpeningChanged)).map(({ data }) => data.open)).toEqual([true, false, true]);
  });

  it('belongs to a restaurant that is found page by page', async () => {
    const first = (await kitchen.get<RestaurantPage>('/restaurants?limit=1')).body;
    const second = (await kitchen.get<RestaurantPage>(`/restaurants?limit=200&after=${first.next}`)).body;
    expect(first.items).toHaveLength(1);
    expect(second.next).toBeNull();
    expect(second.items.find((restaurant) => restaurant.restaurantId === restaurantId)).toEqual({
      restaurantId,
      name: 'Dosa Corner',
      cuisine: null,
      currency: 'EUR',
      location: { lat: 52.52, lon: 13.405 },
      open: true,
      opensAt: null,
      openingHours: [],
      timeZone: null,
      prepMinutes: null,
      autopilot: false,
      menuVersion: 1,
    });
  });
});
