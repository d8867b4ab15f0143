import { DispatchOffice } from '../testing/dispatch-office';

describe('finding a courier', () => {
  let office: DispatchOffice;
  const inMs = (ms: number) => new Date(Date.now() + ms);

  beforeEach(async () => {
    office = await DispatchOffice.open();
  });
  afterEach(() => office.close());

  it('asks the nearest courier who is on shift', async () => {
    await office.courier('Jonas', 3);
    await office.courier('Mira', 1);
    await office.endShift(await office.courier('Emil', 0.1));
    const orderId = await office.request();
    expect(await office.openOffers()).toMatchObject([{ orderId, courier: 'Mira' }]);
  });

  it('asks the next nearest when the offer is declined', async () => {
    await office.courier('Mira', 1);
    await office.courier('Jonas', 2);
    const orderId = await office.request();
    await office.decline((await office.asked(orderId))!.offerId);
    expect(await office.asked(orderId)).toMatchObject({ courier: 'Jonas' });
  });

  it('asks the next nearest when the offer is not answered in time, and refuses the late answer', async () => {
    await office.courier('Mira', 1);
    await office.courier('Jonas', 2);
    const orderId = await office.request();
    const { offerId } = (await office.asked(orderId))!;
    await office.timeIsUp(orderId);
    expect(await office.asked(orderId)).toMatchObject({ courier: 'Jonas' });
    await expect(office.accept(offerId)).rejects.toMatchObject({ code: 'delivery.offer-expired', kind: 'conflict' });
  });

  it('announces the courier who accepts, once, however often they say so', async () => {
    const courierId = await office.courier('Mira', 1);
    const orderId = await office.request();
    const { offerId } = (await office.asked(orderId))!;
    const first = await office.accept(offerId);
    expect(await office.accept(offerId)).toEqual(first);
    expect(first).toMatchObject({ orderId, status: 'assigned', fence: 1 });
    const messages = await office.db.read(`select type, data from messages where key = $1`, [orderId]);
    const { deliveryId } = first;
    expect(messages).toEqual([
      { type: 'delivery.courier-assigned', data: { orderId, deliveryId, courierId, courierName: 'Mira' } },
    ]);
  });

  it('never asks the same courier twice for one order', async () => {
    await office.courier('Mira', 1);
    const orderId = await office.request();
    await office.decline((await office.asked(orderId))!.offerId);
    await office.timeIsUp(orderId);
    expect(await office.openOffers()).toEqual([]);
    expect(await office.statusOf(orderId)).toBe('searching');
  });

  it('does not ask a courier in another city', async () => {
    await office.courier('Asha', 600);
    await office.request();
    expect(await office.openOffers()).toEqual([]);
  });

  it('gives the order that waited longest to the courier who becomes free, and tells it as part of that order', async () => {
    await office.courier('Mira', 1);
    const [first, second, third] = [await office.request(), await office.request(), await office.request()];
    const { deliveryId } = await office.acceptFor(first);
    await office.mealReady(first);
    await office.pickUp(deliveryId);
    await office.deliver(deliveryId);
    expect(await office.openOffers()).toMatchObject([{ orderId: second, courier: 'Mira' }]);
    const stories = await office.db.read<{ own: boolean }>(
      `select t.correlation_id = d.correlation_id as own from timers t join deliveries d on d.order_id = t.key where t.key = any($1)`,
      [[second, third]],
    );
    expect(stories).toEqual([{ own: true }, { own: true }]);
  });

  it('gives waiting orders to a courier who comes on shift, one per bag', async () => {
    const orders = [await office.request(), await office.request(), await office.request()];
    await office.courier('Mira', 1, { capacity: 2 });
    expect((await office.openOffers()).map(({ orderId }) => orderId)).toEqual(orders.slice(0, 2));
  });

  it('finds the courier who came near without anybody being told, when it looks again', async () => {
    const courierId = await office.courier('Mira', 600);
    const orderId = await office.request();
    await office.reportPosition(courierId, 1);
    await office.timeIsUp(orderId);
    expect(await office.asked(orderId)).toMatchObject({ courier: 'Mira' });
  });

  it('looks again after as long as it has searched already, so that patience is cheap', async () => {
    const orderId = await office.request();
    const due = 'select round(extract(epoch from due_at - clock_timestamp())) as s from timers where key = $1';
    expect(await office.db.read(due, [orderId])).toEqual([{ s: '1' }]);
    await office.db.read(`update deliveries set search_until = search_until - interval '40 s'`);
    await office.timeIsUp(orderId);
    expect(await office.db.read(due, [orderId])).toEqual([{ s: '40' }]);
  });

  it('gives up when the search has taken too long', async () => {
    const orderId = await office.request();
    await office.db.read('update deliveries set search_until = clock_timestamp()');
    await office.timeIsUp(orderId);
    expect(await office.statusOf(orderId)).toBe('no-courier');
    expect(await office.told(orderId)).toEqual(['delivery.no-courier-found']);
  });

  it('believes the latest position, not the one that arrives last', async () => {
    const courierId = await office.courier('Mira', 600);
    const near = await office.reportPosition(courierId, 1);
    const late = await office.reportPosition(courierId, 5, inMs(-5_000));
    expect(late.location).toEqual(near.location);
  });

  it('takes a position from the future to be of now, so that the next one counts', async () => {
    const courierId = await office.courier('Mira', 600);
    await office.reportPosition(courierId, 5, inMs(3_600_000));
    const near = await office.reportPosition(courierId, 1);
    expect(near.location.lon).toBeCloseTo(13.42, 2);
  });
});

describe('two dispatchers at once', () => {
  let office: DispatchOffice;
  let colleague: DispatchOffice;

  beforeEach(async () => {
    office = await DispatchOffice.open();
    colleague = await office.colleague();
  });
  afterEach(async () => {
    await colleague.db.close();
    await office.close();
  });

  const either = (n: number) => (n % 2 ? office : colleague);

  it('never give one courier more than they can carry, and leave no bag empty while orders wait', async () => {
    await office.courier('Mira', 1, { capacity: 10 });
    await office.courier('Jonas', 2, { capacity: 7 });
    const full = [
      { name: 'Jonas', orders: 7 },
      { name: 'Mira', orders: 10 },
    ];
    await Promise.all(Array.from({ length: 60 }, (_, n) => either(n).request()));
    expect(await carried(office)).toEqual(full);
    const offers = await office.openOffers();
    await Promise.all(offers.map(({ offerId }, n) => either(n).decline(offerId)));
    expect(await carried(office)).toEqual(full);
  });

  it('agree on what happened when the courier accepts while the order is called off', async () => {
    await office.courier('Mira', 1, { capacity: 10 });
    const orders = await Promise.all(Array.from({ length: 10 }, () => office.request()));
    const offers = await office.openOffers();
    const accepts = offers.map(({ offerId }, n) => either(n).accept(offerId));
    const cancels = offers.map(({ orderId }, n) => either(n + 1).cancel(orderId));
    await Promise.allSettled([...accepts, ...cancels]);
    expect(await Promise.all(orders.map((orderId) => office.statusOf(orderId)))).toEqual(orders.map(() => 'cancelled'));
    expect(await carried(office)).toEqual([{ name: 'Mira', orders: 0 }]);
    expect(await office.db.read('select 1 from bags where order_id is not null')).toEqual([]);
  });
});

describe('an order that is called off while it is asked for', () => {
  it('has no courier in the end, whichever came first, even in one breath', async () => {
    const office = await DispatchOffice.open();
    await office.courier('Mira', 1, { capacity: 10 });
    const orders = Array.from({ length: 10 }, () => office.db.ids.next('ord'));
    const both = [(id: string) => office.request(id), (id: string) => office.cancel(id)];
    await Promise.all(orders.flatMap((id, n) => (n % 2 ? both : [...both].reverse()).map((one) => one(id))));
    expect(await Promise.all(orders.map((id) => office.statusOf(id)))).toEqual(orders.map(() => 'cancelled'));
    expect(await office.openOffers()).toEqual([]);
    await office.close();
  });
});

/** What couriers carry by what is offered and assigned to them, which must be what is in their bags. */
function carried(office: DispatchOffice): Promise<{ name: string; orders: number }[]> {
  return office.db.read(
    `select name, (select count(*) from offers o where o.courier_id = c.courier_id and o.status = 'open')
       + (select count(*) from assignments a where a.courier_id = c.courier_id and a.ended_at is null) as orders
     from couriers c order by name`,
  );
}
