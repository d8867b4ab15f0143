import { DeliveryHarness } from '../testing/delivery-harness';

describe('bringing a meal', () => {
  const delivery = new DeliveryHarness();

  beforeEach(() => delivery.start());
  afterEach(() => delivery.close());

  it('goes from ready to picked up to delivered, and is told in that order', async () => {
    await delivery.courier('Mira', 1);
    const orderId = await delivery.request();
    const { deliveryId, fence } = await delivery.acceptFor(orderId);
    await delivery.mealReady(orderId);
    await delivery.pickUp(deliveryId, fence);
    expect((await delivery.deliver(deliveryId, fence)).body).toMatchObject({ status: 'delivered', version: 5 });
    expect(await delivery.sent(orderId)).toEqual([
      'delivery.courier-assigned',
      'delivery.picked-up',
      'delivery.delivered',
    ]);
  });

  it('refuses the pick-up before the meal is ready', async () => {
    await delivery.courier('Mira', 1);
    const orderId = await delivery.request();
    const { deliveryId } = await delivery.acceptFor(orderId);
    expect(await delivery.pickUp(deliveryId)).toMatchObject({ status: 409, body: { code: 'delivery.meal-not-ready' } });
    await delivery.mealReady(orderId);
    expect((await delivery.pickUp(deliveryId)).body).toMatchObject({ status: 'picked-up' });
  });

  it('earns the courier the way from the kitchen to the customer, once', async () => {
    const courierId = await delivery.courier('Mira', 1);
    const orderId = await delivery.request();
    const { deliveryId } = await delivery.acceptFor(orderId);
    await delivery.mealReady(orderId);
    await delivery.pickUp(deliveryId);
    await delivery.deliver(deliveryId);
    await delivery.deliver(deliveryId);
    const earned = await delivery.db.read('select order_id, courier_id, fence, metres from courier_earnings');
    expect(earned).toEqual([{ order_id: orderId, courier_id: courierId, fence: 1, metres: 2_000 }]);
  });

  it.each(['update courier_earnings set metres = 0', 'delete from courier_earnings', 'truncate courier_earnings'])(
    'keeps what was earned: the database refuses to %s',
    async (sql) => {
      await expect(delivery.db.read(sql)).rejects.toThrow('courier_earnings is append-only');
    },
  );

  it('searches another courier when the first one gives up, who can finish nothing any more', async () => {
    await delivery.courier('Mira', 1);
    await delivery.courier('Jonas', 2);
    const orderId = await delivery.request();
    const miras = await delivery.acceptFor(orderId);
    await delivery.fail(miras.deliveryId, miras.fence);
    expect(await delivery.asked(orderId)).toMatchObject({ courier: 'Jonas' });
    const jonas = await delivery.acceptFor(orderId);
    expect(jonas.fence).toBe(2);
    await delivery.mealReady(orderId);
    expect(await delivery.pickUp(miras.deliveryId, miras.fence)).toMatchObject({
      status: 409,
      body: { code: 'delivery.reassigned' },
    });
    expect((await delivery.pickUp(jonas.deliveryId, jonas.fence)).body).toMatchObject({ status: 'picked-up' });
    expect(await delivery.sent(orderId)).toEqual([
      'delivery.courier-assigned',
      'delivery.courier-assigned',
      'delivery.picked-up',
    ]);
  });

  it('has failed when the courier loses the meal, and the courier is free again', async () => {
    await delivery.courier('Mira', 1);
    const orderId = await delivery.request();
    const { deliveryId } = await delivery.acceptFor(orderId);
    await delivery.mealReady(orderId);
    await delivery.pickUp(deliveryId);
    await delivery.fail(deliveryId);
    expect(await delivery.sent(orderId)).toEqual([
      'delivery.courier-assigned',
      'delivery.picked-up',
      'delivery.failed',
    ]);
    expect(await delivery.asked(await delivery.request())).toMatchObject({ courier: 'Mira' });
  });
});

describe('calling a delivery off', () => {
  const delivery = new DeliveryHarness();

  beforeEach(() => delivery.start());
  afterEach(() => delivery.close());

  it('before it was asked for makes the request do nothing when it comes', async () => {
    await delivery.courier('Mira', 1);
    const orderId = delivery.ids.next('ord');
    await delivery.cancel(orderId);
    await delivery.request(orderId);
    expect(await delivery.openOffers()).toEqual([]);
    expect(await delivery.statusOf(orderId)).toBe('cancelled');
    expect(await delivery.sent(orderId)).toEqual(['delivery.cancelled']);
  });

  it('withdraws the offer and frees the courier for the next order', async () => {
    await delivery.courier('Mira', 1);
    const orderId = await delivery.request();
    const next = await delivery.request();
    const { offerId } = (await delivery.asked(orderId))!;
    await delivery.cancel(orderId);
    expect(await delivery.accept(offerId)).toMatchObject({ status: 409, body: { code: 'delivery.offer-withdrawn' } });
    expect(await delivery.openOffers()).toMatchObject([{ orderId: next, courier: 'Mira' }]);
  });

  it('ends the search of an order that waits', async () => {
    const orderId = await delivery.request();
    await delivery.cancel(orderId);
    await delivery.courier('Mira', 1);
    expect(await delivery.openOffers()).toEqual([]);
    expect(await delivery.db.read('select 1 from timers')).toEqual([]);
  });

  it('frees the courier who has accepted, and who cannot go on then', async () => {
    await delivery.courier('Mira', 1);
    const orderId = await delivery.request();
    const { deliveryId, fence } = await delivery.acceptFor(orderId);
    await delivery.mealReady(orderId);
    await delivery.cancel(orderId);
    expect(await delivery.pickUp(deliveryId, fence)).toMatchObject({
      status: 409,
      body: { code: 'delivery.cannot-pick-up' },
    });
    expect(await delivery.asked(await delivery.request())).toMatchObject({ courier: 'Mira' });
  });

  it('after it was delivered changes nothing, and is answered all the same', async () => {
    await delivery.courier('Mira', 1);
    const orderId = await delivery.request();
    const { deliveryId } = await delivery.acceptFor(orderId);
    await delivery.mealReady(orderId);
    await delivery.pickUp(deliveryId);
    await delivery.deliver(deliveryId);
    await delivery.cancel(orderId);
    expect(await delivery.statusOf(orderId)).toBe('delivered');
    expect((await delivery.sent(orderId)).at(-1)).toBe('delivery.cancelled');
  });
});
