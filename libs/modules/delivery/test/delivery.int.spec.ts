import {
  CancelDelivery,
  CollectMeal,
  CourierAssigned,
  DeliveryCancelled,
  DeliveryDelivered,
  DeliveryOfOrder,
  DeliveryPickedUp,
  NoCourierFound,
} from '@thali/contracts';
import { DeliveryModule } from '@thali/delivery';
import { createApp, type App } from '@thali/kit/nest/run';
import { Database, provisionModule } from '@thali/kit/postgres';
import { aServer, moveTime, type TestServer } from '@thali/kit/postgres/testing';
import { Client } from 'pg';
import { couriersOfSeed } from '../src/seed-couriers';
import { eventually } from '../testing/eventually';
import { OrderDesk, OrderDeskModule } from '../testing/order-desk';
import { kmEast } from '../testing/places';

const hourMs = 3_600_000;

describe('the delivery module', () => {
  let server: TestServer;
  let app: App;
  let orders: OrderDesk;

  const start = async (env: Record<string, string> = {}): Promise<void> => {
    app = await createApp({
      name: 'thali',
      modules: { order: OrderDeskModule, delivery: DeliveryModule },
      env: { THALI_DATABASE_URL: server.url, PORT: '0', ...env },
    });
    await app.start();
    orders = app.nest.get(OrderDesk, { strict: false });
  };

  const call = async (method: 'GET' | 'POST', url: string, payload?: object) => {
    const { statusCode, headers, body } = await app.nest.inject({ method, url, payload });
    return { status: statusCode, headers, body: JSON.parse(body) };
  };

  const onShift = async (more: object = {}): Promise<string> => {
    const { body } = await call('POST', '/couriers', { name: 'Mira', location: kmEast(1), ...more });
    await call('POST', `/couriers/${body.courierId}/on-shift`);
    return body.courierId;
  };

  /** Resolves once the courier is being asked to bring the order. */
  const offered = (courierId: string, orderId: string): Promise<{ offerId: string; deliveryId: string }> =>
    eventually(async () => {
      const { body } = await call('GET', `/couriers/${courierId}/offers`);
      return body.items.find((offer: { orderId: string }) => offer.orderId === orderId);
    });

  const asAdmin = async <Row extends object>(sql: string, values: readonly string[] = []): Promise<Row[]> => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    const { rows } = await client.query<Row>(sql, [...values]);
    await client.end();
    return rows;
  };

  const numbers = async (): Promise<Record<string, number>> => {
    const [row] = await asAdmin<Record<string, number>>(
      `select (select count(*)::int from delivery.deliveries where status = 'delivered') as delivered,
         (select count(*)::int from delivery.courier_earnings) as earned,
         (select count(*)::int from delivery.bags where order_id is not null) as carried,
         (select count(*)::int from delivery.offers where status = 'open') as offered,
         (select count(*)::int from delivery.assignments where ended_at is null) as "inFlight",
         (select count(*)::int from delivery.dead_letters) as dead`,
    );
    return row ?? {};
  };

  /** By the clock of the delivery module's database. */
  const later = async (ms: number) => {
    const url = await provisionModule(server.url, 'delivery');
    const db = await Database.open({ module: 'delivery', url, migrations: [] });
    await moveTime(db, ms);
    await db.close();
  };

  beforeEach(async () => {
    server = await aServer();
  });
  afterEach(async () => {
    await app.stop();
    await server.drop();
  });

  it('brings an order by itself when the courier is on autopilot', async () => {
    await start({ THALI_AUTOPILOT_ACCEPT_MS: '1', THALI_AUTOPILOT_PICK_UP_MS: '1', THALI_AUTOPILOT_DELIVER_MS: '1' });
    const courierId = await onShift({ autopilot: true });
    const orderId = await orders.request();
    expect(await orders.hears(CourierAssigned, orderId)).toMatchObject({ courierId, courierName: 'Mira' });
    await orders.tell(CollectMeal({ orderId }));
    await orders.hears(DeliveryPickedUp, orderId);
    await orders.hears(DeliveryDelivered, orderId);
    expect(await app.runtime.questions.ask(DeliveryOfOrder, { orderId }, { withinMs: 30_000 })).toMatchObject({
      status: 'delivered',
      mealReady: true,
      courier: { courierId, name: 'Mira', location: kmEast(1) },
    });
  });

  it('brings more orders than its couriers can carry at once, each once, and leaves nothing behind', async () => {
    await start({
      THALI_AUTOPILOT_ACCEPT_MS: '1',
      THALI_AUTOPILOT_PICK_UP_MS: '1',
      THALI_AUTOPILOT_DELIVER_MS: '1',
    });
    for (const km of [1, 2, 3]) await onShift({ autopilot: true, capacity: 2, location: kmEast(km) });
    const placed = await Promise.all(Array.from({ length: 60 }, () => orders.request()));
    await Promise.all(
      placed.map(async (orderId) => {
        await orders.hears(CourierAssigned, orderId);
        await orders.tell(CollectMeal({ orderId }));
        await orders.hears(DeliveryDelivered, orderId);
      }),
    );
    expect(await numbers()).toEqual({ delivered: 60, earned: 60, carried: 0, offered: 0, inFlight: 0, dead: 0 });
  });

  it('lets a courier bring an order over HTTP, and tells them why not when they are too early or not the one', async () => {
    await start();
    const courierId = await onShift();
    const orderId = await orders.request();
    const { offerId, deliveryId } = await offered(courierId, orderId);
    const accepted = await call('POST', `/offers/${offerId}/accept`);
    expect(accepted).toMatchObject({ status: 200, body: { deliveryId, orderId, status: 'assigned', fence: 1 } });
    expect((await call('GET', `/couriers/${courierId}`)).body).toMatchObject({
      active: 1,
      deliveries: [{ deliveryId }],
    });
    const early = await call('POST', `/deliveries/${deliveryId}/pick-up`);
    expect(early).toMatchObject({ status: 409, body: { code: 'delivery.meal-not-ready' } });

    await orders.tell(CollectMeal({ orderId }));
    await eventually(async () => (await call('GET', `/deliveries/${deliveryId}`)).body.mealReady);
    expect((await call('POST', `/deliveries/${deliveryId}/pick-up`, { fence: 1 })).body).toMatchObject({
      status: 'picked-up',
    });
    const stranger = await call('POST', `/deliveries/${deliveryId}/deliver`, { fence: 2 });
    expect(stranger).toMatchObject({ status: 409, body: { code: 'delivery.reassigned' } });
    expect((await call('POST', `/deliveries/${deliveryId}/deliver`)).body).toMatchObject({ status: 'delivered' });
    await orders.hears(DeliveryDelivered, orderId);
    expect((await call('GET', `/couriers/${courierId}`)).body).toMatchObject({ active: 0, deliveries: [] });
  });

  it('asks the next courier when an offer expires, all by itself', async () => {
    await start({
      THALI_DELIVERY_OFFER_WITHIN_MS: String(hourMs),
      THALI_DELIVERY_SEARCH_WITHIN_MS: String(24 * hourMs),
    });
    const mira = await onShift();
    const jonas = await onShift({ name: 'Jonas', location: kmEast(2) });
    const orderId = await orders.request();
    await offered(mira, orderId);
    await later(hourMs);
    const { offerId } = await offered(jonas, orderId);
    expect((await call('GET', `/couriers/${mira}/offers`)).body.items).toEqual([]);
    expect((await call('POST', `/offers/${offerId}/decline`)).body).toEqual({ offerId, status: 'declined' });
    expect((await call('POST', `/offers/${offerId}/accept`)).body).toMatchObject({
      status: 409,
      code: 'delivery.offer-declined',
    });
  });

  it('says so when no courier is found in time', async () => {
    await start({ THALI_DELIVERY_SEARCH_WITHIN_MS: '1000', THALI_DELIVERY_LOOK_AGAIN_MS: '1000' });
    const orderId = await orders.request();
    expect(await orders.hears(NoCourierFound, orderId)).toEqual({
      orderId,
      reason: 'No courier was free to bring the order.',
    });
  });

  it('answers a cancellation even of what was never asked for', async () => {
    await start();
    const orderId = 'ord_01h455vb4pex5vsknk084sn02q';
    await orders.tell(CancelDelivery({ orderId, reason: 'the customer changed their mind' }));
    expect(await orders.hears(DeliveryCancelled, orderId)).toEqual({ orderId });
  });

  it('shows couriers page by page, and answers a stranger with 404', async () => {
    await start({ THALI_SEED: 'true' });
    const first = (await call('GET', '/couriers?limit=25')).body;
    const second = (await call('GET', `/couriers?limit=25&after=${first.next}`)).body;
    expect([...first.items, ...second.items].map(({ courierId }) => courierId)).toEqual(
      couriersOfSeed.map(({ courierId }) => courierId),
    );
    expect(second.next).toBeNull();
    const nobody = await call('GET', '/couriers/cou_01h455vb4pex5vsknk084sn02q');
    expect(nobody).toMatchObject({ status: 404, body: { code: 'delivery.courier-not-found' } });
  });

  it('seeds couriers once, and leaves them as they are from then on', async () => {
    await start({ THALI_SEED: 'true' });
    const [demo] = couriersOfSeed;
    await call('POST', `/couriers/${demo?.courierId}/on-shift`);
    await app.stop();
    await start({ THALI_SEED: 'true' });
    expect((await call('GET', `/couriers/${demo?.courierId}`)).body).toMatchObject({
      name: 'Mira',
      onShift: true,
      capacity: 3,
    });
  });

  it('names the field that is wrong', async () => {
    await start();
    const refused = await call('POST', '/couriers', { name: 'Mira', location: { lat: 120, lon: 13 } });
    expect(refused).toMatchObject({ status: 400, body: { problems: [{ field: 'location.lat' }] } });
  });
});
