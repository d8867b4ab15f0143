import { DispatchOffice } from '../testing/dispatch-office';

describe('bringing a meal', () => {
  let office: DispatchOffice;

  beforeEach(async () => {
    office = await DispatchOffice.open();
  });
  afterEach(() => office.close());

  it('goes from ready to picked up to delivered, and is told in that order', async () => {
    await office.courier('Mira', 1);
    const orderId = await office.request();
    const { deliveryId, fence } = await office.acceptFor(orderId);
    await office.mealReady(orderId);
    await office.pickUp(deliveryId, fence);
    expect(await office.deliver(deliveryId, fence)).toMatchObject({ status: 'delivered', version: 5 });
    expect(await office.told(orderId)).toEqual([
      'delivery.courier-assigned',
      'delivery.picked-up',
      'delivery.delivered',
    ]);
  });

  it('refuses the pick-up before the meal is ready', async () => {
    await office.courier('Mira', 1);
    const orderId = await office.request();
    const { deliveryId } = await office.acceptFor(orderId);
    await expect(office.pickUp(deliveryId)).rejects.toMatchObject({
      code: 'delivery.meal-not-ready',
      kind: 'conflict',
    });
    await office.mealReady(orderId);
    expect(await office.pickUp(deliveryId)).toMatchObject({ status: 'picked-up' });
  });

  it('earns the courier the way from the kitchen to the customer, once', async () => {
    const courierId = await office.courier('Mira', 1);
    const orderId = await office.request();
    const { deliveryId } = await office.acceptFor(orderId);
    await office.mealReady(orderId);
    await office.pickUp(deliveryId);
    await office.deliver(deliveryId);
    await office.deliver(deliveryId);
    const earned = await office.db.read('select order_id, courier_id, fence, metres from courier_earnings');
    expect(earned).toEqual([{ order_id: orderId, courier_id: courierId, fence: 1, metres: 2_000 }]);
  });

  it.each(['update courier_earnings set metres = 0', 'delete from courier_earnings', 'truncate courier_earnings'])(
    'keeps what was earned: the database refuses to %s',
    async (sql) => {
      await expect(office.db.read(sql)).rejects.toThrow('courier_earnings is append-only');
    },
  );

  it('searches another courier when the first one gives up, who can finish nothing any more', async () => {
    await office.courier('Mira', 1);
    await office.courier('Jonas', 2);
    const orderId = await office.request();
    const miras = await office.acceptFor(orderId);
    await office.fail(miras.deliveryId, miras.fence);
    expect(await office.asked(orderId)).toMatchObject({ courier: 'Jonas' });
    const jonas = await office.acceptFor(orderId);
    expect(jonas.fence).toBe(2);
    await office.mealReady(orderId);
    await expect(office.pickUp(miras.deliveryId, miras.fence)).rejects.toMatchObject({
      code: 'delivery.reassigned',
      kind: 'conflict',
    });
    expect(await office.pickUp(jonas.deliveryId, jonas.fence)).toMatchObject({ status: 'picked-up' });
    expect(await office.told(orderId)).toEqual([
      'delivery.courier-assigned',
      'delivery.courier-assigned',
      'delivery.picked-up',
    ]);
  });

  it('has failed when the courier loses the meal, and the courier is free again', async () => {
    await office.courier('Mira', 1);
    const orderId = await office.request();
    const { deliveryId } = await office.acceptFor(orderId);
    await office.mealReady(orderId);
    await office.pickUp(deliveryId);
    await office.fail(deliveryId);
    expect(await office.told(orderId)).toEqual(['delivery.courier-assigned', 'delivery.picked-up', 'delivery.failed']);
    expect(await office.asked(await office.request())).toMatchObject({ courier: 'Mira' });
  });
});

describe('calling a delivery off', () => {
  let office: DispatchOffice;

  beforeEach(async () => {
    office = await DispatchOffice.open();
  });
  afterEach(() => office.close());

  it('before it was asked for makes the request do nothing when it comes', async () => {
    await office.courier('Mira', 1);
    const orderId = office.db.ids.next('ord');
    await office.cancel(orderId);
    await office.request(orderId);
    expect(await office.openOffers()).toEqual([]);
    expect(await office.statusOf(orderId)).toBe('cancelled');
    expect(await office.told(orderId)).toEqual(['delivery.cancelled']);
  });

  it('withdraws the offer and frees the courier for the next order', async () => {
    await office.courier('Mira', 1);
    const orderId = await office.request();
    const next = await office.request();
    const { offerId } = (await office.asked(orderId))!;
    await office.cancel(orderId);
    await expect(office.accept(offerId)).rejects.toMatchObject({ code: 'delivery.offer-withdrawn', kind: 'conflict' });
    expect(await office.openOffers()).toMatchObject([{ orderId: next, courier: 'Mira' }]);
  });

  it('ends the search of an order that waits', async () => {
    const orderId = await office.request();
    await office.cancel(orderId);
    await office.courier('Mira', 1);
    expect(await office.openOffers()).toEqual([]);
    expect(await office.db.read('select 1 from timers')).toEqual([]);
  });

  it('frees the courier who has accepted, and who cannot go on then', async () => {
    await office.courier('Mira', 1);
    const orderId = await office.request();
    const { deliveryId, fence } = await office.acceptFor(orderId);
    await office.mealReady(orderId);
    await office.cancel(orderId);
    await expect(office.pickUp(deliveryId, fence)).rejects.toMatchObject({
      code: 'delivery.cannot-pick-up',
      kind: 'conflict',
    });
    expect(await office.asked(await office.request())).toMatchObject({ courier: 'Mira' });
  });

  it('after it was delivered changes nothing, and is answered all the same', async () => {
    await office.courier('Mira', 1);
    const orderId = await office.request();
    const { deliveryId } = await office.acceptFor(orderId);
    await office.mealReady(orderId);
    await office.pickUp(deliveryId);
    await office.deliver(deliveryId);
    await office.cancel(orderId);
    expect(await office.statusOf(orderId)).toBe('delivered');
    expect((await office.told(orderId)).at(-1)).toBe('delivery.cancelled');
  });
});
