import { DeliveryHarness, hourMs } from '../testing/delivery-harness';

describe('finding a courier', () => {
  const delivery = new DeliveryHarness();
  const inMs = (ms: number) => new Date(Date.now() + ms);

  beforeEach(() => delivery.start());
  afterEach(() => delivery.close());

  it('asks the nearest courier who is on shift', async () => {
    await delivery.courier('Jonas', 3);
    await delivery.courier('Mira', 1);
    await delivery.post(`/couriers/${await delivery.courier('Emil', 0.1)}/off-shift`);
    const orderId = await delivery.request();
    expect(await delivery.openOffers()).toMatchObject([{ orderId, courier: 'Mira' }]);
  });

  it('asks the next nearest when the offer is declined', async () => {
    await delivery.courier('Mira', 1);
    await delivery.courier('Jonas', 2);
    const orderId = await delivery.request();
    await delivery.decline((await delivery.asked(orderId))!.offerId);
    expect(await delivery.asked(orderId)).toMatchObject({ courier: 'Jonas' });
  });

  it('asks the next nearest when the offer is not answered in time, and refuses the late answer', async () => {
    await delivery.courier('Mira', 1);
    await delivery.courier('Jonas', 2);
    const orderId = await delivery.request();
    const { offerId } = (await delivery.asked(orderId))!;
    await delivery.moveTime(hourMs);
    expect(await delivery.asked(orderId)).toMatchObject({ courier: 'Jonas' });
    expect(await delivery.accept(offerId)).toMatchObject({ status: 409, body: { code: 'delivery.offer-expired' } });
  });

  it('announces the courier who accepts, once, however often they say so', async () => {
    const courierId = await delivery.courier('Mira', 1);
    const orderId = await delivery.request();
    const { offerId } = (await delivery.asked(orderId))!;
    const { body: first } = await delivery.accept(offerId);
    expect((await delivery.accept(offerId)).body).toEqual(first);
    expect(first).toMatchObject({ orderId, status: 'assigned', fence: 1 });
    const messages = await delivery.db.read(`select type, data from messages where key = $1`, [orderId]);
    const { deliveryId } = first;
    expect(messages).toEqual([
      { type: 'delivery.courier-assigned', data: { orderId, deliveryId, courierId, courierName: 'Mira' } },
    ]);
  });

  it('never asks the same courier twice for one order', async () => {
    await delivery.courier('Mira', 1);
    const orderId = await delivery.request();
    await delivery.decline((await delivery.asked(orderId))!.offerId);
    await delivery.moveTime(hourMs);
    expect(await delivery.openOffers()).toEqual([]);
    expect(await delivery.statusOf(orderId)).toBe('searching');
  });

  it('does not ask a courier in another city', async () => {
    await delivery.courier('Asha', 600);
    await delivery.request();
    expect(await delivery.openOffers()).toEqual([]);
  });

  it('gives the order that waited longest to the courier who becomes free, and tells it as part of that order', async () => {
    await delivery.courier('Mira', 1);
    const [first, second, third] = [await delivery.request(), await delivery.request(), await delivery.request()];
    const { deliveryId } = await delivery.acceptFor(first);
    await delivery.mealReady(first);
    await delivery.pickUp(deliveryId);
    await delivery.deliver(deliveryId);
    expect(await delivery.openOffers()).toMatchObject([{ orderId: second, courier: 'Mira' }]);
    const contexts = await delivery.db.read<{ own: boolean }>(
      `select t.correlation_id = d.correlation_id as own from timers t join deliveries d on d.order_id = t.key where t.key = any($1)`,
      [[second, third]],
    );
    expect(contexts).toEqual([{ own: true }, { own: true }]);
  });

  it('gives waiting orders to a courier who comes on shift, one per bag', async () => {
    const orders = [await delivery.request(), await delivery.request(), await delivery.request()];
    await delivery.courier('Mira', 1, { capacity: 2 });
    expect((await delivery.openOffers()).map(({ orderId }) => orderId)).toEqual(orders.slice(0, 2));
  });

  it('finds the courier who came near without anybody being told, when it looks again', async () => {
    const courierId = await delivery.courier('Mira', 600);
    const orderId = await delivery.request();
    await delivery.reportPosition(courierId, 1);
    await delivery.moveTime(hourMs);
    expect(await delivery.asked(orderId)).toMatchObject({ courier: 'Mira' });
  });

  it('looks again after as long as it has searched already, so that patience is cheap', async () => {
    const orderId = await delivery.request();
    const due = 'select round(extract(epoch from due_at - database_time()) / 3600) as hours from timers where key = $1';
    expect(await delivery.db.read(due, [orderId])).toEqual([{ hours: '1' }]);
    await delivery.db.read(`update deliveries set search_until = search_until - interval '4 h'`);
    await delivery.moveTime(hourMs);
    expect(await delivery.db.read(due, [orderId])).toEqual([{ hours: '4' }]);
  });

  it('gives up when the search has taken too long', async () => {
    const orderId = await delivery.request();
    await delivery.db.read('update deliveries set search_until = clock_timestamp()');
    await delivery.moveTime(hourMs);
    expect(await delivery.statusOf(orderId)).toBe('no-courier');
    expect(await delivery.sent(orderId)).toEqual(['delivery.no-courier-found']);
  });

  it('believes the latest position, not the one that arrives last', async () => {
    const courierId = await delivery.courier('Mira', 600);
    const near = await delivery.reportPosition(courierId, 1);
    const late = await delivery.reportPosition(courierId, 5, inMs(-5_000));
    expect(late).toEqual(near);
  });

  it('takes a position from the future to be of now, so that the next one counts', async () => {
    const courierId = await delivery.courier('Mira', 600);
    await delivery.reportPosition(courierId, 5, inMs(3_600_000));
    const near = await delivery.reportPosition(courierId, 1);
    expect(near.lon).toBeCloseTo(13.42, 2);
  });
});

describe('two dispatchers at once', () => {
  const delivery = new DeliveryHarness();
  let replica: DeliveryHarness;

  beforeEach(async () => {
    await delivery.start();
    replica = await delivery.replica();
  });
  afterEach(async () => {
    await replica.stop();
    await delivery.close();
  });

  const either = (n: number) => (n % 2 ? delivery : replica);

  it('never give one courier more than they can carry, and leave no bag empty while orders wait', async () => {
    await delivery.courier('Mira', 1, { capacity: 10 });
    await delivery.courier('Jonas', 2, { capacity: 7 });
    const full = [
      { name: 'Jonas', orders: 7 },
      { name: 'Mira', orders: 10 },
    ];
    await Promise.all(Array.from({ length: 60 }, (_, n) => either(n).request()));
    expect(await carried(delivery)).toEqual(full);
    const offers = await delivery.openOffers();
    await Promise.all(offers.map(({ offerId }, n) => either(n).decline(offerId)));
    expect(await carried(delivery)).toEqual(full);
  });

  it('agree on what happened when the courier accepts while the order is cancelled', async () => {
    await delivery.courier('Mira', 1, { capacity: 10 });
    const orders = await Promise.all(Array.from({ length: 10 }, () => delivery.request()));
    const offers = await delivery.openOffers();
    const accepts = offers.map(({ offerId }, n) => either(n).accept(offerId));
    const cancels = offers.map(({ orderId }, n) => either(n + 1).cancel(orderId));
    await Promise.allSettled([...accepts, ...cancels]);
    expect(await Promise.all(orders.map((orderId) => delivery.statusOf(orderId)))).toEqual(
      orders.map(() => 'cancelled'),
    );
    expect(await carried(delivery)).toEqual([{ name: 'Mira', orders: 0 }]);
    expect(await delivery.db.read('select 1 from bags where order_id is not null')).toEqual([]);
  });
});

describe('an order that is cancelled while it is requested', () => {
  it('has no courier in the end, whichever came first, even in one breath', async () => {
    const delivery = new DeliveryHarness();
    await delivery.start();
    await delivery.courier('Mira', 1, { capacity: 10 });
    const orders = Array.from({ length: 10 }, () => delivery.ids.next('ord'));
    const both = [(id: string) => delivery.request(id), (id: string) => delivery.cancel(id)];
    await Promise.all(orders.flatMap((id, n) => (n % 2 ? both : [...both].reverse()).map((one) => one(id))));
    expect(await Promise.all(orders.map((id) => delivery.statusOf(id)))).toEqual(orders.map(() => 'cancelled'));
    expect(await delivery.openOffers()).toEqual([]);
    await delivery.close();
  });
});

/** What couriers carry by what is offered and assigned to them, which must be what is in their bags. */
function carried(delivery: DeliveryHarness): Promise<{ name: string; orders: number }[]> {
  return delivery.db.read(
    `select name, (select count(*) from offers o where o.courier_id = c.courier_id and o.status = 'open')
       + (select count(*) from assignments a where a.courier_id = c.courier_id and a.ended_at is null) as orders
     from couriers c order by name`,
  );
}
