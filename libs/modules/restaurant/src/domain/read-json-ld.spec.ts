import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { timeZones } from '../time-zones';
import { readJsonLd, type ReadingOptions } from './read-json-ld';

const offer = (price: unknown, more = {}) => ({ '@type': 'Offer', price, priceCurrency: 'EUR', ...more });
const soup = { '@type': 'MenuItem', '@id': 'https://cafe.example/menu#soup', name: 'Soup', offers: offer('5.50') };
const menuOf = (...hasMenuItem: object[]) => ({
  '@type': 'Menu',
  hasMenuSection: [{ '@type': 'MenuSection', name: 'All', hasMenuItem }],
});
const aCafe = (differences: object = {}) => ({
  '@context': 'https://schema.org',
  '@type': 'Restaurant',
  '@id': 'https://cafe.example/#us',
  name: 'Café',
  currenciesAccepted: 'EUR',
  geo: { '@type': 'GeoCoordinates', latitude: 52.5, longitude: '13.4' },
  hasMenu: menuOf(soup),
  ...differences,
});
const zones = timeZones();
const read = (document: unknown, options: Partial<ReadingOptions> = {}) => {
  const { restaurants, findings } = readJsonLd(document, { zones, ...options });
  expect(findings.problems).toEqual([]);
  return restaurants;
};
const dishesOf = (document: unknown) => read(document)[0]?.menu.flatMap(({ items }) => items) ?? [];
const problemsOf = (document: unknown, options: Partial<ReadingOptions> = {}) =>
  readJsonLd(document, { zones, ...options }).findings.problems.map(
    ({ path: where, message }) => `${where}: ${message}`,
  );

describe('a restaurant in JSON-LD', () => {
  it('is read with its menu, prices in minor units', () => {
    expect(read(aCafe({ servesCuisine: ['Soups', 'Cakes'] }))).toEqual([
      {
        identity: 'https://cafe.example/#us',
        details: {
          name: 'Café',
          cuisine: 'Soups, Cakes',
          currency: 'EUR',
          location: { lat: 52.5, lon: 13.4 },
          timetable: null,
          prepMinutes: null,
          autopilot: false,
        },
        open: true,
        menu: [
          {
            name: 'All',
            items: [
              {
                itemId: 'soup',
                name: 'Soup',
                price: { amount: 550, currency: 'EUR' },
                modifierGroups: [],
                available: true,
              },
            ],
          },
        ],
      },
    ]);
  });

  it('may come with others, in an array or a graph', () => {
    const [one, two] = [aCafe(), aCafe({ '@id': 'https://bar.example/', '@type': ['BarOrPub', 'LocalBusiness'] })];
    expect(read([one, two]).map(({ identity }) => identity)).toEqual([
      'https://cafe.example/#us',
      'https://bar.example/',
    ]);
    expect(read({ '@graph': [{ '@type': 'WebSite', name: 'Site' }, one, two] })).toHaveLength(2);
  });

  it('may refer to its menu elsewhere in the graph', () => {
    const menu = { '@id': '#menu', ...menuOf({ '@id': '#soup' }) };
    expect(
      dishesOf({ '@graph': [aCafe({ hasMenu: { '@id': '#menu' } }), menu, { ...soup, '@id': '#soup' }] }).map(
        ({ itemId }) => itemId,
      ),
    ).toEqual(['soup']);
  });

  it('may be written with full names', () => {
    const { name, hasMenu, ...rest } = aCafe();
    expect(
      read({
        ...rest,
        '@type': 'https://schema.org/Restaurant',
        'schema:name': { '@value': name, '@language': 'fr' },
        'http://schema.org/hasMenu': hasMenu,
      })[0]?.details.name,
    ).toBe('Café');
  });

  it('is known by its identifier or url when it has no @id', () => {
    const { '@id': _, ...nameless } = aCafe();
    expect(read({ ...nameless, identifier: { '@type': 'PropertyValue', value: '42' } })[0]?.identity).toBe('42');
    expect(read({ ...nameless, url: 'https://cafe.example' })[0]?.identity).toBe('https://cafe.example');
    expect(problemsOf(nameless)).toEqual(['$: has no absolute "@id", identifier or url: it could not be known again']);
    expect(['#restaurant', '_:b0', '/about'].map((id) => problemsOf({ ...nameless, '@id': id }).length)).toEqual([
      1, 1, 1,
    ]);
    expect(problemsOf({ ...nameless, '@id': 'rst_01h455vb4pex5vsknk084sn02q' })).toEqual([]);
  });

  it('says in additional properties what schema.org has no words for', () => {
    const property = (name: string, value: unknown) => ({ '@type': 'PropertyValue', name, value });
    const additionalProperty = [
      property('timeZone', 'Asia/Kolkata'),
      property('prepMinutes', 25),
      property('autopilot', true),
      property('open', 'false'),
    ];
    expect(read(aCafe({ additionalProperty, openingHours: 'Mo-Su' }))[0]).toMatchObject({
      open: false,
      details: { autopilot: true, prepMinutes: 25, timetable: { timeZone: 'Asia/Kolkata' } },
    });
    expect(problemsOf(aCafe({ additionalProperty: property('prepMinutes', 'quick') }))).toEqual([
      '$.additionalProperty.value: "quick" is not a number of minutes from 1 to 240',
    ]);
    expect(problemsOf(aCafe({ additionalProperty: property('timeZone', 'Berlin'), openingHours: 'Mo-Su' }))).toEqual([
      '$.additionalProperty.value: "Berlin" is not a time zone such as Europe/Berlin',
    ]);
    expect(problemsOf(aCafe({ additionalProperty: property('autopilot', 'maybe') }))).toEqual([
      '$.additionalProperty.value: "maybe" is not true or false',
    ]);
  });
});

describe('the menu', () => {
  it('may have sections within sections', () => {
    const hasMenu = {
      '@type': 'Menu',
      name: 'Menu',
      hasMenuSection: {
        name: 'Drinks',
        hasMenuSection: [
          { name: 'Hot', hasMenuItem: soup },
          { name: 'Cold', hasMenuItem: { ...soup, '@id': '#gazpacho' } },
        ],
      },
    };
    expect(read(aCafe({ hasMenu }))[0]?.menu.map(({ name }) => name)).toEqual(['Drinks · Hot', 'Drinks · Cold']);
  });

  it('names its dishes by @id, identifier or name, never two alike', () => {
    const nameless = { name: 'Crème brûlée', offers: offer(6) };
    const hasMenuSection = [
      { name: 'Sweets', hasMenuItem: [nameless, { ...soup, '@id': undefined, identifier: 'SKU 7' }] },
      { name: 'Small', hasMenuItem: [nameless, { name: 'मसाला डोसा', offers: offer('9.5') }] },
    ];
    expect(dishesOf(aCafe({ hasMenu: { '@type': 'Menu', hasMenuSection } })).map(({ itemId }) => itemId)).toEqual([
      'crème-brûlée',
      'sku-7',
      'small-crème-brûlée',
      'मसाला-डोसा',
    ]);
  });

  it('has add-ons, alone or in sections, for a price or for nothing', () => {
    const menuAddOn = [
      { name: 'Bread', offers: offer(1) },
      { '@type': 'MenuSection', name: 'Wishes', hasMenuItem: [{ name: 'No salt' }] },
    ];
    const free = { min: 0, max: 1, defaults: [] };
    expect(dishesOf(aCafe({ hasMenu: menuOf({ ...soup, menuAddOn }) }))[0]?.modifierGroups).toEqual([
      {
        groupId: 'extras',
        name: 'Extras',
        ...free,
        modifiers: [{ modifierId: 'bread', name: 'Bread', price: { amount: 100, currency: 'EUR' } }],
      },
      {
        groupId: 'wishes',
        name: 'Wishes',
        ...free,
        modifiers: [{ modifierId: 'no-salt', name: 'No salt', price: { amount: 0, currency: 'EUR' } }],
      },
    ]);
  });

  it('knows how many portions there are, and whether there are any', () => {
    const limited = {
      ...soup,
      offers: offer(5, {
        inventoryLevel: { '@type': 'QuantitativeValue', value: 12 },
        availability: 'https://schema.org/SoldOut',
      }),
    };
    expect(dishesOf(aCafe({ hasMenu: menuOf(limited) }))[0]).toMatchObject({ portions: 12, available: false });
  });

  it('may be in a currency without cents, or with more', () => {
    const yen = { ...soup, offers: { price: 1200, priceCurrency: 'JPY' } };
    const dinar = { ...soup, offers: { price: '1.250', priceCurrency: 'KWD' } };
    expect(dishesOf(aCafe({ currenciesAccepted: undefined, hasMenu: menuOf(yen) }))[0]?.price).toEqual({
      amount: 1200,
      currency: 'JPY',
    });
    expect(dishesOf(aCafe({ currenciesAccepted: 'KWD', hasMenu: menuOf(dinar) }))[0]?.price).toEqual({
      amount: 1250,
      currency: 'KWD',
    });
  });
});

describe('what is wrong', () => {
  it('is told with its place, all of it at once', () => {
    const bad = [
      soup,
      { '@id': '#a', name: 'A', offers: offer('4,50') },
      { '@id': '#b', offers: offer('12.505') },
      { '@id': '#c', name: 'C' },
      { '@id': '#d', name: 'D', offers: offer('10000000.01') },
    ];
    expect(problemsOf(aCafe({ name: undefined, hasMenu: menuOf(...bad) })).sort()).toEqual([
      '$.hasMenu.hasMenuSection[0].hasMenuItem[1].offers.price: "4,50" is not a price such as 12.50 in EUR',
      '$.hasMenu.hasMenuSection[0].hasMenuItem[2].name: is missing',
      '$.hasMenu.hasMenuSection[0].hasMenuItem[2].offers.price: "12.505" may mean 12505 or 12.505 EUR: write it without a dot between thousands',
      '$.hasMenu.hasMenuSection[0].hasMenuItem[3].offers: is missing: what does it cost?',
      '$.hasMenu.hasMenuSection[0].hasMenuItem[4].offers.price: "10000000.01" is not a price such as 12.50 in EUR',
      '$.name: is missing',
    ]);
  });

  it.each([
    ['a document without a restaurant', { '@type': 'Person' }, '$: holds no Restaurant'],
    ['a document that is a text', 'hello', '$: holds no Restaurant'],
    [
      'a menu that is a link',
      aCafe({ hasMenu: 'https://cafe.example/menu.pdf' }),
      '$.hasMenu: "https://cafe.example/menu.pdf" is a link; the menu itself must be in the file',
    ],
    ['no menu', aCafe({ hasMenu: undefined }), '$.hasMenu: holds no dish'],
    ['no place', aCafe({ geo: undefined }), '$.geo.latitude: is missing'],
    [
      'a place off the earth',
      aCafe({ geo: { latitude: 99, longitude: 0 } }),
      '$.geo.latitude: 99 is not a number of degrees between -90 and 90',
    ],
    [
      'no such currency',
      aCafe({ currenciesAccepted: 'EURO' }),
      '$.currenciesAccepted: "EURO" is not an ISO 4217 code such as EUR',
    ],
    [
      'a dish twice',
      aCafe({ hasMenu: menuOf(soup, { ...soup, offers: offer(6) }) }),
      '$.hasMenu.hasMenuSection[0].hasMenuItem[1]: "soup" is on the menu twice, and not the same',
    ],
    [
      'a dish for nothing',
      aCafe({ hasMenu: menuOf({ ...soup, offers: offer(0) }) }),
      '$.hasMenu.hasMenuSection[0].hasMenuItem[0].offers.price: must be more than nothing',
    ],
    [
      'a foreign price',
      aCafe({ hasMenu: menuOf({ ...soup, offers: offer(5, { priceCurrency: 'USD' }) }) }),
      '$.hasMenu.hasMenuSection[0].hasMenuItem[0].offers.priceCurrency: "USD" is not the currency of the restaurant, EUR',
    ],
    [
      'half a portion',
      aCafe({ hasMenu: menuOf({ ...soup, offers: offer(5, { inventoryLevel: 1.5 }) }) }),
      '$.hasMenu.hasMenuSection[0].hasMenuItem[0].offers.inventoryLevel: 1.5 is not a number of portions',
    ],
    [
      'odd hours',
      aCafe({ openingHours: 'every day' }),
      '$.openingHours: "every day" is not hours such as "Mo-Fr 11:00-22:00"',
    ],
    ['a restaurant twice', [aCafe(), aCafe()], '$[1]: "https://cafe.example/#us" describes another restaurant already'],
    [
      'a section in itself',
      aCafe({ hasMenu: { '@id': '#m', '@type': 'Menu', hasMenuItem: soup, hasMenuSection: { '@id': '#m' } } }),
      '$.hasMenu.hasMenuSection: "#m" would contain itself',
    ],
  ])('with %s', (_, document, problem) => {
    expect(problemsOf(document)).toContain(problem);
  });
});

describe('the seed', () => {
  const folder = path.join(__dirname, '../../seed');
  const seed = readdirSync(folder).map((file) => read(JSON.parse(readFileSync(path.join(folder, file), 'utf8'))));

  it('holds a dozen restaurants or more, in two currencies, one of them closed, some on autopilot', () => {
    const restaurants = seed.flat();
    expect(restaurants.length).toBeGreaterThanOrEqual(12);
    expect(new Set(restaurants.map(({ details }) => details.currency))).toEqual(new Set(['EUR', 'INR']));
    expect(restaurants.filter(({ open }) => !open)).toHaveLength(1);
    expect(restaurants.filter(({ details }) => details.autopilot).length).toBeGreaterThanOrEqual(4);
    expect(restaurants.every(({ menu }) => menu.length >= 4)).toBe(true);
  });
});
