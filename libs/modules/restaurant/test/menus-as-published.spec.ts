import { aCafe, aCase, menuOf, offer, understand, understandCafe } from '../testing/cases';

const soup = { '@type': 'MenuItem', name: 'Soup', offers: offer('5.50') };
const dishesOf = (differences: object, options = {}) => {
  const { restaurant, problems } = understandCafe(differences, options);
  expect(problems).toEqual([]);
  return restaurant?.menu.flatMap(({ items }) => items) ?? [];
};
const priceIn = (name: string) => {
  const { restaurant, problems } = understand(aCase(name));
  return problems.length > 0 ? problems : restaurant?.menu[0]?.items[0]?.price;
};
const firstItem = '$.hasMenu.hasMenuSection[0].hasMenuItem[0]';

describe('a dot between thousands', () => {
  it.each([
    ['vnd', '"20.000" may mean 20000 or 20 VND'],
    ['clp', '"8.000" may mean 8000 or 8 CLP'],
    ['clp-900', '"8.900" may mean 8900 or 8.9 CLP'],
    ['idr', '"15.000" may mean 15000 or 15 IDR'],
  ])('is refused where it may be one: %s', (name, problem) => {
    expect(priceIn(`dot-between-thousands/${name}.jsonld`)).toEqual([
      `${firstItem}.offers.price: ${problem}: write it without a dot between thousands`,
    ]);
  });

  it.each([
    ['kwd', { amount: 1_250, currency: 'KWD' }],
    ['jpy', { amount: 15, currency: 'JPY' }],
  ])('is none where it cannot be one: %s', (name, price) => {
    expect(priceIn(`dot-between-thousands/${name}.jsonld`)).toEqual(price);
  });

  it('is noticed in a number, too, though JSON drops its noughts', () => {
    const text = JSON.stringify(aCafe({ currenciesAccepted: 'VND', hasMenu: menuOf({ ...soup, offers: offer(0) }) }));
    const of = (price: string) =>
      understand(text.replace('"price":0,"priceCurrency":"EUR"', `"price":${price},"priceCurrency":"VND"`));
    expect(of('20.000').problems).toEqual([expect.stringContaining('may mean 20000 or 20 VND')]);
    expect(of('20000').restaurant?.menu[0]?.items[0]?.price).toEqual({ amount: 20_000, currency: 'VND' });
    expect(of('20000.0').restaurant?.menu[0]?.items[0]?.price).toEqual({ amount: 20_000, currency: 'VND' });
  });
});

describe('a link beside the menu', () => {
  it.each(['both', 'array'])('does not matter: %s', (name) => {
    const { restaurant, problems } = understand(aCase(`menu-link-beside-the-menu/${name}.jsonld`));
    expect([problems, restaurant?.menu[0]?.items[0]?.name]).toEqual([[], 'Soup']);
  });

  it('matters when nothing else holds dishes', () => {
    const { problems } = understandCafe({ hasMenu: undefined, menu: 'https://cafe.example/menu' });
    expect(problems).toEqual(['$.menu: "https://cafe.example/menu" is a link; the menu itself must be in the file']);
  });
});

describe('the currency', () => {
  it.each(['nested', 'empty-first', 'second-dish', 'legacy', 'accepted-list'])(
    'is that of the prices, wherever it is named: %s',
    (name) => {
      const { restaurant, problems } = understand(aCase(`currency-in-another-offer/${name}.jsonld`));
      expect([problems, restaurant?.details.currency]).toEqual([[], 'EUR']);
    },
  );

  it('is found although a dish before has no price: that is the only problem', () => {
    expect(understand(aCase('currency-in-another-offer/no-sections.jsonld')).problems).toEqual([
      '$.hasMenu.hasMenuItem[0].offers: is missing: what does it cost?',
    ]);
  });

  it('that is named nowhere hides no other problem', () => {
    const hasMenu = menuOf({ ...soup, name: undefined, offers: { price: '5.50' } }, { name: 'Stew' });
    const { problems } = understandCafe({ currenciesAccepted: undefined, hasMenu, geo: undefined });
    expect(problems.toSorted()).toEqual([
      '$.currenciesAccepted: is missing, and no price names its currency',
      '$.geo.latitude: is missing',
      '$.geo.longitude: is missing',
      `${firstItem}.name: is missing`,
      `${firstItem.replace('hasMenuItem[0]', 'hasMenuItem[1]')}.offers: is missing: what does it cost?`,
    ]);
  });

  it('is found in a price specification, in an add-on, or beside words that are no currency', () => {
    const specified = { priceSpecification: { price: '5.50', priceCurrency: 'CHF' } };
    const addOn = { name: 'Bread', offers: { price: '1.00', priceCurrency: 'CHF' } };
    const currencyOf = (item: object, currenciesAccepted?: string) =>
      understandCafe({ currenciesAccepted, hasMenu: menuOf({ ...soup, ...item }) }).restaurant?.details.currency;
    expect([
      currencyOf({ offers: specified }),
      currencyOf({ offers: { price: '5.50' }, menuAddOn: addOn }),
      currencyOf({ offers: { price: '5.50' } }, 'Bitcoin, CHF'),
    ]).toEqual(['CHF', 'CHF', 'CHF']);
  });
});

describe('sizes', () => {
  const sizesOf = (offers: unknown) => dishesOf({ hasMenu: menuOf({ ...soup, offers }) })[0];

  it('of one dish all have their names, and exactly one is chosen: by default the cheapest', () => {
    const { restaurant } = understand(aCase('two-sizes-of-one-pizza/sizes.jsonld'));
    const euros = (amount: number) => ({ amount, currency: 'EUR' });
    expect(restaurant?.menu[0]?.items[0]).toMatchObject({
      itemId: 'pizza',
      price: euros(800),
      modifierGroups: [
        {
          groupId: 'size',
          name: 'Size',
          min: 1,
          max: 1,
          defaults: ['small'],
          modifiers: [
            { modifierId: 'small', name: 'Small', price: euros(0) },
            { modifierId: 'medium', name: 'Medium', price: euros(200) },
            { modifierId: 'large', name: 'Large', price: euros(500) },
          ],
        },
      ],
    });
  });

  it('may come in any order', () => {
    expect(sizesOf([offer(7, { name: 'Bowl' }), offer(5, { name: 'Cup' })])).toMatchObject({
      price: { amount: 500 },
      modifierGroups: [
        { defaults: ['cup'], modifiers: [{ modifierId: 'bowl', price: { amount: 200 } }, { modifierId: 'cup' }] },
      ],
    });
  });

  it('may be an AggregateOffer’s offers, or several price specifications', () => {
    const two = [offer(5, { name: 'Cup' }), offer(7, { name: 'Bowl' })];
    const names = (offers: unknown) => sizesOf(offers)?.modifierGroups[0]?.modifiers.map(({ name }) => name);
    expect(names({ '@type': 'AggregateOffer', lowPrice: 5, highPrice: 7, offers: two })).toEqual(['Cup', 'Bowl']);
    expect(names({ '@type': 'Offer', priceSpecification: two })).toEqual(['Cup', 'Bowl']);
  });

  it('without names are refused; a mere range of prices, too, and what to write is said', () => {
    const problemsOf = (offers: unknown) => understandCafe({ hasMenu: menuOf({ ...soup, offers }) }).problems;
    expect(problemsOf([offer(5), offer(7, { name: 'Bowl' })])).toEqual([
      `${firstItem}.offers[0].name: is missing: which of the sizes is it?`,
    ]);
    expect(problemsOf([offer(5, { name: 'Cup' }), offer(7, { name: 'Cup' })])).toEqual([
      `${firstItem}.offers[1]: "Cup" is there twice`,
    ]);
    expect(
      problemsOf({ '@type': 'AggregateOffer', lowPrice: '5.00', highPrice: '7.00', priceCurrency: 'EUR' }),
    ).toEqual([
      `${firstItem}.offers: says only that it costs from 5.00 to 7.00: list each size as an Offer with a name and a price`,
    ]);
  });

  it('are none where a range goes from a price to the same', () => {
    const range = { '@type': 'AggregateOffer', lowPrice: '5.00', highPrice: '5.00', priceCurrency: 'EUR' };
    expect(sizesOf(range)).toMatchObject({ price: { amount: 500 }, modifierGroups: [] });
  });
});

describe('a menu as real ones are', () => {
  it('may have its price in a priceSpecification', () => {
    const offers = { '@type': 'Offer', priceSpecification: { price: '5.50', priceCurrency: 'EUR' } };
    expect(dishesOf({ hasMenu: menuOf({ ...soup, offers }) })[0]?.price).toEqual({ amount: 550, currency: 'EUR' });
  });

  it('may stand in an HTML page, in several blocks, its texts full of entities', () => {
    const menu = {
      '@type': 'Menu',
      '@id': 'https://cafe.example/#menu',
      hasMenuItem: { ...soup, name: 'Fish &amp; Chips' },
    };
    const cafe = aCafe({ name: 'Caf&eacute; &#39;Nine&#39;', hasMenu: { '@id': 'https://cafe.example/#menu' } });
    const block = (json: string) => `<script type="application/ld+json">${json}</script>`;
    const page = `<!doctype html><html><head><title>x</title><!-- ${block('{"@type":"Restaurant"}')} -->
      <script>if (1 < 2) "application/ld+json";</script>
      ${block(JSON.stringify({ '@type': 'WebSite' }))}<script class=a type='application/ld+json'>${JSON.stringify(cafe)}</script>
      ${block(JSON.stringify(menu))}${block('{ broken')}</head></html>`;
    const { restaurants, problems, notes } = understand(page);
    expect(problems).toEqual([]);
    expect(restaurants.map(({ details, menu: [section] }) => [details.name, section?.items[0]?.name])).toEqual([
      ["Café 'Nine'", 'Fish & Chips'],
    ]);
    expect(notes).toEqual([expect.stringMatching(/^block 4 of JSON-LD: is left out: it is not JSON/)]);
  });

  it('of a page without JSON-LD is none', () => {
    expect(understand('<html><body>Soup 5.50</body></html>').problems).toEqual([
      '$: is a page without JSON-LD (<script type="application/ld+json">)',
    ]);
  });

  it.each([
    [
      'its address',
      { geo: undefined, address: { '@type': 'PostalAddress', geo: { latitude: 48.1, longitude: 11.5 } } },
    ],
    ['its location', { geo: undefined, location: { '@type': 'Place', geo: { latitude: 48.1, longitude: 11.5 } } }],
    ['itself', { geo: undefined, latitude: '48.1', longitude: '11.5' }],
  ])('may have its coordinates in %s', (_, differences) => {
    expect(understandCafe(differences).restaurant?.details.location).toEqual({ lat: 48.1, lon: 11.5 });
  });

  it('may hold one dish on several menus: it is listed once', () => {
    const [lunch, dinner] = [
      { '@type': 'Menu', name: 'Lunch', hasMenuSection: { name: 'Soups', hasMenuItem: soup } },
      {
        '@type': 'Menu',
        name: 'Dinner',
        hasMenuSection: { name: 'Soups', hasMenuItem: [soup, { name: 'Stew', offers: offer(9) }] },
      },
    ];
    expect(dishesOf({ hasMenu: [lunch, dinner] }).map(({ itemId }) => itemId)).toEqual(['soup', 'stew']);
    const dearer = { ...soup, offers: offer(7) };
    const evening = { '@type': 'Menu', name: 'Evening', hasMenuSection: { name: 'Soups', hasMenuItem: dearer } };
    expect(dishesOf({ hasMenu: [lunch, evening] }).map(({ itemId }) => itemId)).toEqual(['soup', 'soups-soup']);
    const withId = (item: object) => ({
      '@type': 'Menu',
      hasMenuItem: { ...item, '@id': 'https://cafe.example/#soup' },
    });
    expect(dishesOf({ hasMenu: [withId(soup), withId(soup)] })).toHaveLength(1);
    expect(understandCafe({ hasMenu: [withId(soup), withId(dearer)] }).problems).toEqual([
      '$.hasMenu[1].hasMenuItem: "soup" is on the menu twice, and not the same',
    ]);
  });

  it('may be in another document, joined by its @id or its url', () => {
    const menu = {
      '@type': 'Menu',
      '@id': 'https://cafe.example/menu#us',
      url: 'https://cafe.example/menu',
      hasMenuItem: soup,
    };
    const others = [{ name: 'menu.jsonld', value: menu }];
    for (const hasMenu of [{ '@id': menu['@id'] }, { '@type': 'Menu', '@id': menu['@id'] }, menu.url])
      expect(dishesOf({ hasMenu }, { others })[0]?.name).toBe('Soup');
    const bad = [{ name: 'menu.jsonld', value: { ...menu, hasMenuItem: { ...soup, offers: offer('cheap') } } }];
    expect(understandCafe({ hasMenu: menu.url }, { others: bad }).problems).toEqual([
      'menu.jsonld: $.hasMenuItem.offers.price: "cheap" is not a price such as 12.50 in EUR',
    ]);
  });

  it('is not joined to another document by an id that means something else there', () => {
    const others = [{ name: 'menu.jsonld', value: { '@type': 'Menu', '@id': '#menu', hasMenuItem: soup } }];
    expect(understandCafe({ hasMenu: { '@id': '#menu' } }, { others }).problems).toHaveLength(1);
  });

  it('may be read without the dishes that have no price, each of them named', () => {
    const hasMenu = menuOf(
      soup,
      { name: 'Catch of the day' },
      { name: 'Wine', offers: { '@type': 'Offer', price: '' } },
    );
    expect(understandCafe({ hasMenu }).problems).toHaveLength(2);
    const { restaurant, problems, notes } = understandCafe({ hasMenu }, { skipUnpriced: true });
    expect([problems, restaurant?.menu[0]?.items.map(({ name }) => name)]).toEqual([[], ['Soup']]);
    expect(notes.map((note) => note.replace(/^.*: /, ''))).toEqual([
      '"Catch of the day" has no price and is left out',
      '"Wine" has no price and is left out',
    ]);
  });

  it('keeps no dish whose price is wrong, nor an empty menu, also when those without are left out', () => {
    const problemsOf = (...items: object[]) =>
      understandCafe({ hasMenu: menuOf(...items) }, { skipUnpriced: true }).problems;
    expect(problemsOf({ name: 'Stew', offers: offer('cheap') })).toHaveLength(1);
    expect(problemsOf({ name: 'Stew' })).toEqual(['$.hasMenu: holds no dish']);
  });
});

describe('a text that cannot be stored, or read', () => {
  it('is refused by its place, once', () => {
    const refusal = 'holds a character that cannot be stored: U+0000, or half a character (a lone surrogate)';
    expect(understand(aCase('nul-in-an-imported-file/nul.jsonld')).problems).toEqual([`${firstItem}.name: ${refusal}`]);
    const half = understandCafe({ name: 'Caf\ud83c' });
    expect(half.problems).toEqual([`$.name: ${refusal}`]);
    expect(understandCafe({ '@id': 'https://cafe.example/\u0000' }).problems).toEqual([`$: ${refusal}`]);
    expect(understandCafe({ hasMenu: menuOf({ ...soup, description: 'a\u0000b' }) }).problems).toEqual([
      `${firstItem}.description: ${refusal}`,
    ]);
  });

  it('does not matter where nobody reads it', () => {
    expect(understandCafe({ review: 'a\u0000b' }).problems).toEqual([]);
  });

  it.each([
    ['blank', '\u200b\u3164', 'must not be blank'],
    [
      'turned around',
      'Soup \u202eelbat',
      'must not hold control characters or such as change the direction of writing',
    ],
    ['endless', 'a'.repeat(201), 'must not be longer than 200 characters'],
  ])('and a name that is %s', (_, name, problem) => {
    expect(understandCafe({ hasMenu: menuOf({ ...soup, name }) }).problems).toContain(`${firstItem}.name: ${problem}`);
    expect(understandCafe({ name }).problems).toEqual([`$.name: ${problem}`]);
  });
});
