import { Client } from 'pg';
import { until } from '../testing/api';
import { shortLimits } from '../testing/journeys';
import { startThali, type ThaliHere } from '../testing/start-thali';
import { Town } from '../testing/town';

jest.setTimeout(60_000);

describe('while the payment module stands still', () => {
  let thali: ThaliHere;
  let town: Town;
  let admin: Client;

  beforeAll(async () => {
    thali = await startThali({ ...shortLimits, THALI_HOLD_MONEY_WITHIN_MS: '20000' });
    town = await Town.open(thali.url);
    admin = new Client({ connectionString: thali.databaseUrl });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await thali.stop();
  });

  it('orders are taken and called off, menus read, meals cooked and picked up', async () => {
    const courier = await town.aCourier(town.manual);
    const paid = await town.place(town.manual);
    await town.cook(town.manual, paid, 'accept');
    await courier.answers(paid, 'accept');
    await town.reaches(paid, 'confirmed');

    await admin.query('begin; lock table payment.payments in access exclusive mode');
    // More than there are connections: each of these orders has a transaction of the payment module wait.
    const unpaid = await Promise.all(Array.from({ length: 20 }, () => town.place(town.manual)));
    expect((await town.item(town.manual)).portions).toBeGreaterThan(0);
    await town.cook(town.manual, paid, 'preparing', 'ready');
    const deliveryId = await courier.deliveryOf(paid);
    await courier.does(deliveryId, 'pick-up');
    await town.reaches(paid, 'picked-up');
    const answers = await Promise.all(unpaid.map((orderId) => town.api.post(`/orders/${orderId}/cancel`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const { body } = await town.api.get<{ order: object | null; payment: object | null }>(`/orders/${paid}/details`);
    expect([body.order, body.payment]).toMatchObject([{ orderId: paid }, { unavailable: true }]);
    await admin.query('rollback');

    await courier.does(deliveryId, 'deliver');
    await town.reaches(paid, 'delivered');
    for (const orderId of unpaid) {
      const ended = await until(
        () => town.order(orderId),
        ({ status }) => status === 'cancelled',
      );
      expect(ended.reason).toBe('The customer changed their mind.');
    }
  });
});
