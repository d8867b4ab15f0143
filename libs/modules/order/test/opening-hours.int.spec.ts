import type { ModifierGroup, Timetable } from '@thali/contracts';
import { OrderHarness, aMenu } from '../testing/order-harness';
import { euros } from '../testing/orders';

const orders = new OrderHarness();
beforeAll(() => orders.start());
afterAll(() => orders.close());

const rowsOf = (table: string) => orders.db.read(`select 1 from ${table}`);

/** Every day for an hour, so many hours from now. */
function anHour(fromNow: number): Timetable {
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  const days: Timetable['hours'][number]['days'] = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];
  return {
    timeZone: 'UTC',
    hours: [{ days, opens: at(fromNow), closes: at(fromNow + 1), validFrom: null, validThrough: null }],
  };
}

describe('an order outside of the opening hours', () => {
  it('is refused before any money is held, and told when the restaurant opens', async () => {
    await orders.hear(aMenu({ version: 1, timetable: anHour(3) }));
    const before = [await rowsOf('orders'), await rowsOf('outbox'), await rowsOf('sagas')];
    const { status, body } = await orders.place();
    expect([status, body.code]).toEqual([409, 'order.restaurant-closed']);
    expect(body.detail).toMatch(/^Thali House is closed now\. It opens (today|tomorrow) at \d\d:\d\d\.$/);
    const waitMs = Date.parse(String(body.opensAt)) - Date.now();
    expect(waitMs).toBeGreaterThan(2.9 * 3_600_000);
    expect(waitMs).toBeLessThanOrEqual(3 * 3_600_000);
    expect([await rowsOf('orders'), await rowsOf('outbox'), await rowsOf('sagas')]).toEqual(before);
  });

  it('is accepted within them', async () => {
    await orders.hear(aMenu({ version: 2, timetable: anHour(-0.5) }));
    expect(await orders.place()).toMatchObject({ status: 202 });
  });

  it('is accepted where the restaurant has published none', async () => {
    await orders.hear(aMenu({ version: 3 }));
    expect(await orders.place()).toMatchObject({ status: 202 });
  });
});

describe('a menu as it was announced before it knew hours and groups', () => {
  it('is understood: without hours, each modifier taken or left', async () => {
    const { data, ...menu } = aMenu({ version: 4 });
    const { timetable: _, prepMinutes: __, ...former } = data;
    const sections = data.sections.map(({ name, items }) => ({
      name,
      items: items.map(({ modifierGroups, ...item }) => ({
        ...item,
        modifiers: modifierGroups.flatMap(({ modifiers }) => modifiers),
      })),
    }));
    await orders.hear({ ...menu, version: 1, data: { ...former, sections } });
    const lines = [{ itemId: 'masala-dosa', quantity: 1, modifierIds: ['ghee'] }];
    expect(await orders.place({ lines })).toMatchObject({ status: 202, body: { menuVersion: 4, total: euros(950) } });
  });
});

describe('a dish in sizes', () => {
  const size = (modifierId: string, name: string, amount: number) => ({ modifierId, name, price: euros(amount) });
  const sizes: ModifierGroup = {
    groupId: 'size',
    name: 'Size',
    min: 1,
    max: 1,
    defaults: ['small'],
    modifiers: [size('small', 'Small', 0), size('large', 'Large', 500)],
  };

  beforeAll(async () => {
    const { data, ...menu } = aMenu({ version: 5 });
    const dosa = data.sections[0]?.items[0];
    if (!dosa) throw new Error('the menu has a dosa');
    await orders.hear({
      ...menu,
      data: { ...data, sections: [{ name: 'All', items: [{ ...dosa, modifierGroups: [sizes] }] }] },
    });
  });
  const placeIn = (...modifierIds: string[]) =>
    orders.place({ lines: [{ itemId: 'masala-dosa', quantity: 1, modifierIds }] });

  it('is ordered in one of them: two are refused with the field and the group', async () => {
    expect(await placeIn('small', 'large')).toMatchObject({
      status: 400,
      body: { code: 'order.too-many-chosen', field: 'lines.0.modifierIds', groupId: 'size' },
    });
  });

  it('is the small one where none is named, and customer and kitchen read so', async () => {
    const { status, body } = await placeIn();
    expect([status, body.total]).toEqual([202, euros(850)]);
    const order = await orders.get(`/orders/${body.orderId}`);
    expect(order.body.lines).toMatchObject([{ name: 'Masala Dosa (Small)', modifierIds: ['small'] }]);
  });

  it('costs what the size costs', async () => {
    expect((await placeIn('large')).body.total).toEqual(euros(1_350));
  });
});
