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
import { Questions } from '@thali/kit/messaging';
import type { CourierPage, OfferView } from '../src/courier.view';
import { couriersOfSeed } from '../src/seed-couriers';
import { DeliveryHarness, fastAutopilot, hourMs } from '../testing/delivery-harness';
import { kmEast } from '../testing/places';

describe('the delivery module', () => {
  const delivery = new DeliveryHarness();

  /** The courier's open offer to deliver the order. */
  const offered = async (courierId: string, orderId: string): Promise<OfferView> => {
    const { body } = await delivery.get<{ items: OfferView[] }>(`/couriers/${courierId}/offers`);
    return body.items.find((offer) => offer.orderId === orderId)!;
  };

  const numbers = async (): Promise<Record<string, number>> => {
    const [row] = await delivery.db.read<Record<string, number>>(
      `select (select count(*)::int from deliveries where status = 'delivered') as delivered,
         (select count(*)::int from courier_earnings) as earned,
         (select count(*)::int from bags where order_id is not null) as carried,
         (select count(*)::int from offers where status = 'open') as offered,
         (select count(*)::int from assignments where ended_at is null) as "inFlight",
         (select count(*)::int from dead_letters) as dead`,
    );
    return row ?? {};
  };

  afterEach(() => delivery.close());

  it('brings an order by itself when the courier is on autopilot', async () => {
    await delivery.start(fastAutopilot);
    const courierId = await delivery.courier('Mira', 1, { autopilot: true });
    const orderId = await delivery.request();
    expect(await delivery.sends(orderId, CourierAssigned)).toMatchObject({ courierId, courierName: 'Mira' });
    await delivery.hear(CollectMeal({ orderId }));
    await delivery.sends(orderId, DeliveryPickedUp);
    await delivery.sends(orderId, DeliveryDelivered);
    expect(await delivery.provider(Questions).ask(DeliveryOfOrder, { orderId }, { withinMs: 30_000 })).toMatchObject({
      status: 'delivered',
      mealReady: true,
      courier: { courierId, name: 'Mira', location: kmEast(1) },
    });
  });

  it('brings more orders than its couriers can carry at once, each once, and leaves nothing behind', async () => {
    await delivery.start(fastAutopilot);
    for (const km of [1, 2, 3]) await delivery.courier('Mira', km, { autopilot: true, capacity: 2 });
    const placed = await Promise.all(Array.from({ length: 60 }, () => delivery.request()));
    await Promise.all(
      placed.map(async (orderId) => {
        await delivery.sends(orderId, CourierAssigned);
        await delivery.hear(CollectMeal({ orderId }));
        await delivery.sends(orderId, DeliveryDelivered);
      }),
    );
    expect(await numbers()).toEqual({ delivered: 60, earned: 60, carried: 0, offered: 0, inFlight: 0, dead: 0 });
  });

  it('lets a courier bring an order over HTTP, and tells them why not when they are too early or not the one', async () => {
    await delivery.start();
    const courierId = await delivery.courier('Mira', 1);
    const orderId = await delivery.request();
    const { offerId, deliveryId } = await offered(courierId, orderId);
    const accepted = await delivery.post(`/offers/${offerId}/accept`);
    expect(accepted).toMatchObject({ status: 200, body: { deliveryId, orderId, status: 'assigned', fence: 1 } });
    expect((await delivery.get(`/couriers/${courierId}`)).body).toMatchObject({
      active: 1,
      deliveries: [{ deliveryId }],
    });
    const early = await delivery.post(`/deliveries/${deliveryId}/pick-up`);
    expect(early).toMatchObject({ status: 409, body: { code: 'delivery.meal-not-ready' } });

    await delivery.hear(CollectMeal({ orderId }));
    expect((await delivery.post(`/deliveries/${deliveryId}/pick-up`, { fence: 1 })).body).toMatchObject({
      status: 'picked-up',
    });
    const stranger = await delivery.post(`/deliveries/${deliveryId}/deliver`, { fence: 2 });
    expect(stranger).toMatchObject({ status: 409, body: { code: 'delivery.reassigned' } });
    expect((await delivery.post(`/deliveries/${deliveryId}/deliver`)).body).toMatchObject({ status: 'delivered' });
    await delivery.sends(orderId, DeliveryDelivered);
    expect((await delivery.get(`/couriers/${courierId}`)).body).toMatchObject({ active: 0, deliveries: [] });
  });

  it('asks the next courier when an offer expires, all by itself', async () => {
    await delivery.start();
    const mira = await delivery.courier('Mira', 1);
    const jonas = await delivery.courier('Jonas', 2);
    const orderId = await delivery.request();
    await offered(mira, orderId);
    await delivery.moveTime(hourMs);
    const { offerId } = await offered(jonas, orderId);
    expect((await delivery.get(`/couriers/${mira}/offers`)).body.items).toEqual([]);
    expect((await delivery.post(`/offers/${offerId}/decline`)).body).toEqual({ offerId, status: 'declined' });
    expect((await delivery.post(`/offers/${offerId}/accept`)).body).toMatchObject({
      status: 409,
      code: 'delivery.offer-declined',
    });
  });

  it('says so when no courier is found in time', async () => {
    await delivery.start({ THALI_DELIVERY_SEARCH_WITHIN_MS: '1000', THALI_DELIVERY_LOOK_AGAIN_MS: '1000' });
    const orderId = await delivery.request();
    expect(await delivery.sends(orderId, NoCourierFound)).toEqual({
      orderId,
      reason: 'No courier was free to deliver the order.',
    });
  });

  it('answers a cancellation even of what was never asked for', async () => {
    await delivery.start();
    const orderId = 'ord_01h455vb4pex5vsknk084sn02q';
    await delivery.hear(CancelDelivery({ orderId, reason: 'the customer changed their mind' }));
    expect(await delivery.sends(orderId, DeliveryCancelled)).toEqual({ orderId });
  });

  it('shows couriers page by page, and answers a stranger with 404', async () => {
    await delivery.start({ THALI_SEED: 'true' });
    const first = (await delivery.get<CourierPage>('/couriers?limit=25')).body;
    const second = (await delivery.get<CourierPage>(`/couriers?limit=25&after=${first.next}`)).body;
    expect([...first.items, ...second.items].map(({ courierId }) => courierId)).toEqual(
      couriersOfSeed.map(({ courierId }) => courierId),
    );
    expect(second.next).toBeNull();
    const nobody = await delivery.get('/couriers/cou_01h455vb4pex5vsknk084sn02q');
    expect(nobody).toMatchObject({ status: 404, body: { code: 'delivery.courier-not-found' } });
  });

  it('seeds couriers once, and leaves them as they are from then on', async () => {
    await delivery.start({ THALI_SEED: 'true' });
    const [demo] = couriersOfSeed;
    await delivery.post(`/couriers/${demo?.courierId}/on-shift`);
    await delivery.restart({ THALI_SEED: 'true' });
    expect((await delivery.get(`/couriers/${demo?.courierId}`)).body).toMatchObject({
      name: 'Mira',
      onShift: true,
      capacity: 3,
    });
  });

  it('names the field that is wrong', async () => {
    await delivery.start();
    const refused = await delivery.post('/couriers', { name: 'Mira', location: { lat: 120, lon: 13 } });
    expect(refused).toMatchObject({ status: 400, body: { problems: [{ field: 'location.lat' }] } });
  });
});
