import { ItemAvailabilityChanged, OpeningChanged } from '@thali/contracts';
import { OrderHarness, aMenu } from '../testing/order-harness';
import { euros, restaurantId } from '../testing/orders';

const orders = new OrderHarness();
beforeAll(async () => {
  await orders.start();
  await orders.hear(aMenu());
});
afterAll(() => orders.close());

describe('placing an order', () => {
  it('is a promise to try, with an address where it can be followed at once', async () => {
    const { status, headers, body } = await orders.place();
    const self = `/orders/${body.orderId}`;
    expect([status, headers.location, headers.etag]).toEqual([202, self, '"1"']);
    expect(body).toMatchObject({
      status: 'placed',
      total: euros(1_700),
      links: { self, tracking: `${self}/tracking` },
    });
    expect((await orders.get(self)).body).toMatchObject({
      status: 'placed',
      customerId: 'cus_demo',
      cancelling: false,
    });
    expect((await orders.get(`${self}/tracking`)).body).toMatchObject({ status: 'placed' });
  });

  it('keeps the prices and names of the menu that the customer has read', async () => {
    const lines = [{ itemId: 'masala-dosa', quantity: 3, modifierIds: ['ghee'] }];
    const { body } = await orders.place({ lines });
    expect((await orders.get(`/orders/${body.orderId}`)).body).toMatchObject({
      total: euros(2_850),
      lines: [
        { itemId: 'masala-dosa', name: 'Masala Dosa', quantity: 3, unitPrice: euros(950), modifierIds: ['ghee'] },
      ],
    });
  });

  it('asks for the money first', async () => {
    const { body } = await orders.place();
    expect(await orders.sent(body.orderId)).toEqual(['order.placed', 'payment.authorize']);
  });

  it('shows the card’s token to nobody, wherever the order is written down', async () => {
    await orders.place({ paymentToken: 'tok_twice' });
    const everything = [
      'messages',
      'outbox',
      'inbox',
      'events',
      'orders',
      'sagas',
      'timers',
      'idempotency_keys',
      'tracking',
    ];
    for (const table of everything) {
      expect(await orders.db.read(`select 1 from ${table} t where t::text like '%tok_twice%'`)).toEqual([]);
    }
  });

  const somewhere = { address: 'nowhere', location: { lat: 91, lon: 0 } };

  it.each([
    ['an unknown restaurant', { restaurantId: 'rst_00000000000000000000000000' }, 422, 'order.unknown-restaurant'],
    ['an unknown item', { lines: [{ itemId: 'pizza', quantity: 1 }] }, 422, 'order.unknown-item'],
    [
      'an unknown modifier',
      { lines: [{ itemId: 'idli', quantity: 1, modifierIds: ['ghee'] }] },
      422,
      'order.unknown-modifier',
    ],
    ['nothing', { lines: [] }, 400, 'request.invalid'],
    ['no portion', { lines: [{ itemId: 'idli', quantity: 0 }] }, 400, 'request.invalid'],
    ['a place that is not on earth', { deliverTo: somewhere }, 400, 'request.invalid'],
    ['a card number', { paymentToken: '4242424242424242' }, 400, 'request.invalid'],
  ])('is refused with a reason: %s', async (_, order, status, code) => {
    const before = await orders.db.read('select 1 from orders');
    expect(await orders.place(order)).toMatchObject({ status, body: { code } });
    expect(await orders.db.read('select 1 from orders')).toEqual(before);
  });
});

describe('the price that a customer was shown', () => {
  const quote = async () => {
    const { status, body } = await orders.post('/quotes', {
      restaurantId,
      lines: [{ itemId: 'masala-dosa', quantity: 2 }],
      deliverTo: { address: 'Chausseestr. 1, Berlin', location: { lat: 52.53, lon: 13.38 } },
    });
    expect(status).toBe(200);
    return body as unknown as { menuVersion: number; total: ReturnType<typeof euros>; lines: object[] };
  };
  const count = async () => (await orders.db.read('select 1 from orders')).length;

  it('is quoted as the order is priced, and nothing is stored', async () => {
    const before = await count();
    expect(await quote()).toMatchObject({ menuVersion: 1, total: euros(1_700), lines: [{ unitPrice: euros(850) }] });
    expect(await count()).toBe(before);
  });

  it('is what an order costs that names it', async () => {
    const { menuVersion, total } = await quote();
    expect(await orders.place({ menuVersion, expectedTotal: total })).toMatchObject({
      status: 202,
      body: { total, menuVersion },
    });
  });

  it('is refused with the new lines and total when it has risen, and accepted under the same key', async () => {
    const seen = await quote();
    await orders.hear(aMenu({ version: 2, price: 950 }));
    const key = { 'idempotency-key': orders.db.ids.uuid() };
    const before = await count();
    const expected = { menuVersion: seen.menuVersion, expectedTotal: seen.total };
    const refused = await orders.place(expected, key);
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'order.price-changed',
        menuVersion: 2,
        total: euros(1_900),
        lines: [{ itemId: 'masala-dosa', quantity: 2, unitPrice: euros(950) }],
      },
    });
    expect(await count()).toBe(before);
    const { menuVersion, total } = refused.body as unknown as typeof seen;
    const accepted = await orders.place({ menuVersion, expectedTotal: total }, key);
    expect(accepted).toMatchObject({ status: 202, body: { total: euros(1_900) } });
    expect((await orders.place({ menuVersion, expectedTotal: total }, key)).body.orderId).toBe(accepted.body.orderId);
  });

  it('is charged less when it has fallen', async () => {
    const { menuVersion, total } = await quote();
    await orders.hear(aMenu({ version: 3, price: 850 }));
    expect(await orders.place({ menuVersion, expectedTotal: total })).toMatchObject({
      status: 202,
      body: { total: euros(1_700), menuVersion: 3 },
    });
  });

  it('is unknown when only a menu is named, so another menu is refused', async () => {
    expect(await orders.place({ menuVersion: 2 })).toMatchObject({
      status: 409,
      body: { code: 'order.price-changed' },
    });
    expect(await orders.place({ menuVersion: 3 })).toMatchObject({ status: 202 });
  });

  it('is not held against a customer who has read a newer menu than has arrived', async () => {
    const { status, headers, body } = await orders.place({ menuVersion: 4, expectedTotal: euros(1_000) });
    expect([status, body.code, headers['retry-after']]).toEqual([503, 'order.menu-behind', '1']);
  });

  it('is in one currency: another is another price', async () => {
    expect(await orders.place({ expectedTotal: { amount: 9_999, currency: 'USD' } })).toMatchObject({ status: 409 });
  });
});

describe('what the restaurants announce', () => {
  it('is what orders are priced by', async () => {
    await orders.hear(aMenu({ version: 4, price: 900 }));
    expect((await orders.place()).body).toMatchObject({ total: euros(1_800) });
  });

  it('counts by its version, not by when it is heard', async () => {
    await orders.hear(aMenu({ version: 6, price: 1_000 }), aMenu({ version: 5, price: 1 }));
    expect((await orders.place()).body).toMatchObject({ total: euros(2_000) });
  });

  it('takes an item off the menu at once, and puts it back', async () => {
    const idli = { lines: [{ itemId: 'idli', quantity: 1 }] };
    await orders.hear(ItemAvailabilityChanged({ restaurantId, itemId: 'idli', available: false }));
    expect(await orders.place(idli)).toMatchObject({
      status: 409,
      body: { code: 'order.item-unavailable', itemId: 'idli' },
    });
    await orders.hear(ItemAvailabilityChanged({ restaurantId, itemId: 'idli', available: true }));
    expect(await orders.place(idli)).toMatchObject({ status: 202 });
  });

  it('closes the restaurant, and opens it', async () => {
    await orders.hear(OpeningChanged({ restaurantId, open: false }));
    expect(await orders.place()).toMatchObject({
      status: 409,
      body: { code: 'order.restaurant-closed', detail: 'Thali House is closed now.' },
    });
    await orders.hear(OpeningChanged({ restaurantId, open: true }));
    expect(await orders.place()).toMatchObject({ status: 202 });
  });
});
