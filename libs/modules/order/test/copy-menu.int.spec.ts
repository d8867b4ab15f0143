import { MenuView } from '../src/menu.view';
import { OrderHarness, aMenu } from '../testing/order-harness';
import { restaurantId } from '../testing/orders';

const orders = new OrderHarness();
beforeAll(() => orders.start());
afterAll(() => orders.close());

const menus = new MenuView();
const copy = (menu: ReturnType<typeof aMenu>) => orders.db.transaction((tx) => menus.copy(menu.data, tx));
const excerpt = (looks = 1) =>
  orders.db.transaction(async (tx) => {
    const look = () => menus.excerpt(tx, restaurantId, ['masala-dosa', 'idli']);
    for (let n = 1; n < looks; n++) await look();
    return look();
  });

describe('our copy of a menu', () => {
  it('has the prices of the version that it says it is, also for whoever shares the transaction that copies it', async () => {
    await orders.hear(aMenu());
    const priceOf = (version: number) => 850 + version;
    for (const looks of [1, 2, 3, 4]) {
      const version = 1 + looks;
      const [, seen] = await Promise.all([copy(aMenu({ version, price: priceOf(version) })), excerpt(looks)]);
      expect(seen?.items.get('masala-dosa')?.price).toBe(seen?.version === 1 ? 850 : priceOf(seen!.version));
    }
  });

  it('follows what is no longer offered, what is new and what costs something else', async () => {
    const { data, ...menu } = aMenu({ version: 10, price: 900 });
    const [{ name, items }] = data.sections as [(typeof data.sections)[number]];
    const [dosa, idli] = items as [(typeof items)[number], (typeof items)[number]];
    await copy({ ...menu, data: { ...data, sections: [{ name, items: [dosa] }] } });
    expect([...(await excerpt())!.items.keys()]).toEqual(['masala-dosa']);
    await copy({
      ...menu,
      data: { ...data, version: 11, sections: [{ name, items: [dosa, { ...idli, available: false }] }] },
    });
    expect((await excerpt())!.items.get('idli')).toMatchObject({ price: 450, available: false });
  });

  it('stays as it is when an older one comes', async () => {
    await copy(aMenu({ version: 20, price: 1_000 }));
    await copy(aMenu({ version: 19, price: 100 }));
    expect(await excerpt()).toMatchObject({ version: 20 });
    expect((await excerpt())!.items.get('masala-dosa')?.price).toBe(1_000);
  });
});
