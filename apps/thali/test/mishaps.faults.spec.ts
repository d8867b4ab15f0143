import { Client } from 'pg';
import { until } from '../testing/api';
import { shortLimits } from '../testing/journeys';
import { startThali, type ThaliHere } from '../testing/start-thali';
import { Courier, Town } from '../testing/town';

jest.setTimeout(60_000);

describe('an order to which something happens', () => {
  let thali: ThaliHere;
  let town: Town;
  let couriers: Courier[];

  beforeAll(async () => {
    thali = await startThali(shortLimits);
    town = await Town.open(thali.url);
  });
  afterAll(() => thali.stop());
  beforeEach(() => (couriers = []));
  afterEach(async () => void (await Promise.all(couriers.map((courier) => courier.goesHome()))));

  const aCourier = async (): Promise<Courier> => {
    const courier = await town.aCourier(town.manual);
    couriers.push(courier);
    return courier;
  };
  const portions = async () => (await town.item(town.manual)).portions;
  const cancel = (orderId: string) => town.api.post(`/orders/${orderId}/cancel`, { reason: 'I have eaten.' });
  const revise = async (orderId: string, quantity: number) => {
    const [{ itemId }, { version }] = [await town.item(town.manual), await town.order(orderId)];
    return town.api.post(
      `/orders/${orderId}/revise`,
      { lines: [{ itemId, quantity }] },
      { 'if-match': `"${version}"` },
    );
  };

  /** At the restaurant whose cook and couriers are those of the test. */
  async function aConfirmedOrder(token = 'tok_visa'): Promise<{ orderId: string; courier: Courier; total: number }> {
    const courier = await aCourier();
    const orderId = await town.place(town.manual, { token });
    await town.cook(town.manual, orderId, 'accept');
    await courier.answers(orderId, 'accept');
    const { total } = await town.reaches(orderId, 'confirmed');
    return { orderId, courier, total: total.amount };
  }

  async function bring(orderId: string, courier: Courier): Promise<void> {
    await town.cook(town.manual, orderId, 'preparing', 'ready');
    const deliveryId = await courier.deliveryOf(orderId);
    await courier.does(deliveryId, 'pick-up');
    await courier.does(deliveryId, 'deliver');
    await town.reaches(orderId, 'delivered');
  }

  it('leaves nothing behind when it is cancelled as soon as it is placed', async () => {
    const before = await portions();
    const orderId = await town.place(town.manual);
    expect((await cancel(orderId)).body).toMatchObject({ fee: null, cancelling: true });
    expect((await town.reaches(orderId, 'cancelled')).reason).toBe('I have eaten.');
    const { body: payment } = await town.api.get<{ captured?: number; authorized?: number; voided?: number }>(
      `/payments/${orderId}`,
    );
    expect([payment.captured ?? 0, payment.voided ?? 0]).toEqual([0, payment.authorized ?? 0]);
    expect(await portions()).toBe(before);
  });

  it('costs a fee when it is cancelled while it waits for the courier', async () => {
    const { orderId, total } = await aConfirmedOrder();
    await town.cook(town.manual, orderId, 'preparing', 'ready');
    await town.reaches(orderId, 'ready');
    expect((await cancel(orderId)).body).toMatchObject({ fee: { amount: Math.floor(total / 2) } });
    expect((await town.reaches(orderId, 'cancelled')).fee?.amount).toBe(Math.floor(total / 2));
    expect(await town.payment(orderId)).toMatchObject({
      captured: Math.floor(total / 2),
      voided: Math.ceil(total / 2),
      refunded: 0,
    });
  });

  it('ends when the bank has never received the request', async () => {
    const orderId = await town.place(town.automatic, { token: 'tok_lost' });
    expect((await town.reaches(orderId, 'cancelled')).reason).toBe('Your bank did not answer in time.');
    expect(await town.payment(orderId)).toMatchObject({ captured: 0 });
  });

  it('is called back when it turns out that it cannot be paid', async () => {
    const { orderId, courier } = await aConfirmedOrder('tok_no_capture');
    await town.cook(town.manual, orderId, 'preparing', 'ready');
    await courier.does(await courier.deliveryOf(orderId), 'pick-up');
    expect((await town.reaches(orderId, 'cancelled')).reason).toMatch(/^The payment could not be taken: /);
    const { authorized, captured, voided } = await town.payment(orderId);
    expect([captured, voided]).toEqual([0, authorized]);
  });

  it('is brought by another courier when the first gives up before the pick-up', async () => {
    const { orderId, courier } = await aConfirmedOrder();
    const other = await aCourier();
    await courier.does(await courier.deliveryOf(orderId), 'fail', { reason: 'A flat tyre.' });
    await other.answers(orderId, 'accept');
    await bring(orderId, other);
    const { body } = await town.api.get<{ courier: { courierId: string } }>(`/orders/${orderId}/tracking`);
    expect(body.courier.courierId).toBe(other.courierId);
  });

  it('stays as it was when the kitchen has not enough for a change, and is paid as it was', async () => {
    const { orderId, courier, total } = await aConfirmedOrder();
    const { version } = await town.order(orderId);
    const { itemId, portions: left } = await town.item(town.manual);
    expect(left).toBeLessThan(99 * 50);
    const lines = Array.from({ length: Math.ceil((left + 2) / 99) }, () => ({ itemId, quantity: 99 }));
    expect((await town.api.post(`/orders/${orderId}/revise`, { lines }, { 'if-match': `"${version}"` })).status).toBe(
      202,
    );
    const timeline = async () =>
      (await town.api.get<{ timeline: { what: string }[] }>(`/orders/${orderId}/tracking`)).body.timeline.map(
        ({ what }) => what,
      );
    await until(timeline, (lines) =>
      lines.some((what) => /^The order stays as it was: .* does not have enough .* left\.$/.test(what)),
    );
    expect((await town.order(orderId)).total.amount).toBe(total);
    expect(await portions()).toBe(left);
    await bring(orderId, courier);
    expect(await town.payment(orderId)).toMatchObject({ captured: total, refunded: 0 });
  });

  it('can be changed again after a change', async () => {
    const { orderId, courier, total } = await aConfirmedOrder();
    for (const quantity of [3, 2]) {
      expect((await revise(orderId, quantity)).status).toBe(202);
      await until(
        () => town.order(orderId),
        (order) => order.total.amount === quantity * total,
      );
    }
    await bring(orderId, courier);
    expect(await town.payment(orderId)).toMatchObject({ captured: 2 * total });
  });

  it('ends as cancelled when it is changed and cancelled in one breath, with nothing taken and every portion back', async () => {
    const before = await portions();
    const { orderId } = await aConfirmedOrder();
    const [changed, cancelled] = await Promise.all([revise(orderId, 4), cancel(orderId)]);
    expect([changed.status, cancelled.status]).toEqual([expect.any(Number), 202]);
    await town.reaches(orderId, 'cancelled');
    expect(await town.payment(orderId)).toMatchObject({ status: 'cancelled', captured: 0 });
    expect(await until(portions, (now) => now === before)).toBe(before);
  });

  it('can be refunded whole after it was brought, and not once more', async () => {
    const orderId = await town.place(town.automatic);
    const { total } = await town.reaches(orderId, 'delivered');
    const refund = () => town.api.post(`/payments/${orderId}/refunds`, { reason: 'It was cold.' });
    expect((await refund()).status).toBe(202);
    await until(
      () => town.payment(orderId),
      ({ refunded }) => refunded === total.amount,
    );
    expect((await refund()).body).toMatchObject({ status: 409, code: 'payment.refund-exceeds-captured' });
    expect((await town.order(orderId)).status).toBe('delivered');
  });

  it('leaves no process waiting for a person, in the end', async () => {
    const admin = new Client({ connectionString: thali.databaseUrl });
    await admin.connect();
    const sql = `select name, saga_id, status, step, alarm from "order".sagas where status not in ('completed', 'undone')`;
    const unfinished = async () => (await admin.query<object>(sql)).rows;
    expect(await until(unfinished, ({ length }) => length === 0)).toEqual([]);
    await admin.end();
  });
});
