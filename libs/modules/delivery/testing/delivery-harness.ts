import { CancelDelivery, CollectMeal, RequestDelivery } from '@thali/contracts';
import { ModuleHarness, type Response } from '@thali/kit/nest/testing';
import { DeliveryModule } from '../src';
import type { CourierView } from '../src/courier.view';
import type { Trip } from '../src/delivery.view';
import type { SignUp } from '../src/register-courier';
import { ContinueSearch, DriveCourier } from '../src/timers';
import { kmEast, saravanaBhavan } from './places';

interface OpenOffer {
  offerId: string;
  orderId: string;
  courier: string;
}

/** As long as an offer stands, and until an order that waits looks again at first. */
export const hourMs = 3_600_000;

const patient = {
  THALI_DELIVERY_OFFER_WITHIN_MS: String(hourMs),
  THALI_DELIVERY_LOOK_AGAIN_MS: String(hourMs),
  THALI_DELIVERY_SEARCH_WITHIN_MS: String(24 * hourMs),
};

/** Couriers on autopilot who do everything at once. */
export const fastAutopilot = {
  THALI_AUTOPILOT_ACCEPT_MS: '1',
  THALI_AUTOPILOT_PICK_UP_MS: '1',
  THALI_AUTOPILOT_DELIVER_MS: '1',
};

/** The delivery module alone. No time is up before a test moves it; the restaurant is always Saravana Bhavan. */
export class DeliveryHarness extends ModuleHarness {
  constructor() {
    const timers = [ContinueSearch, DriveCourier];
    super({ product: 'thali', name: 'delivery', module: DeliveryModule, env: patient, timers });
  }

  /** A courier on shift, so many kilometres east of the restaurant. @returns the courier's id. */
  async courier(name: string, km: number, more: Partial<SignUp> = {}): Promise<string> {
    const { body } = await this.post<CourierView>('/couriers', { name, location: kmEast(km), ...more });
    await this.post(`/couriers/${body.courierId}/on-shift`);
    return body.courierId;
  }

  /** @returns where the courier is known to be. */
  async reportPosition(courierId: string, km: number, at?: Date): Promise<CourierView['location']> {
    const { body } = await this.post<CourierView>(`/couriers/${courierId}/position`, { location: kmEast(km), at });
    return body.location;
  }

  /** An order needs a courier. @returns its id. */
  async request(orderId = this.ids.next('ord')): Promise<string> {
    const pickUpAt = { name: 'Saravana Bhavan', location: saravanaBhavan };
    await this.hear(RequestDelivery({ orderId, pickUpAt, deliverTo: { address: 'Torstraße 1', location: kmEast(2) } }));
    return orderId;
  }

  async mealReady(orderId: string): Promise<void> {
    await this.hear(CollectMeal({ orderId }));
  }

  async cancel(orderId: string): Promise<void> {
    await this.hear(CancelDelivery({ orderId, reason: 'the customer changed their mind' }));
  }

  accept(offerId: string): Promise<Response<Trip>> {
    return this.post(`/offers/${offerId}/accept`);
  }

  decline(offerId: string): Promise<Response> {
    return this.post(`/offers/${offerId}/decline`);
  }

  pickUp(deliveryId: string, fence?: number): Promise<Response<Trip>> {
    return this.post(`/deliveries/${deliveryId}/pick-up`, { fence });
  }

  deliver(deliveryId: string, fence?: number): Promise<Response<Trip>> {
    return this.post(`/deliveries/${deliveryId}/deliver`, { fence });
  }

  fail(deliveryId: string, fence?: number): Promise<Response<Trip>> {
    return this.post(`/deliveries/${deliveryId}/fail`, { fence, reason: 'a flat tyre' });
  }

  /** Which courier is being asked to deliver which order, oldest first. */
  openOffers(): Promise<OpenOffer[]> {
    return this.db.read<OpenOffer>(
      `select o.offer_id as "offerId", o.order_id as "orderId", c.name as courier
       from offers o join couriers c using (courier_id) where o.status = 'open' order by o.offered_at, o.offer_id`,
    );
  }

  /** The courier who is being asked to deliver this order. */
  async asked(orderId: string): Promise<OpenOffer | undefined> {
    return (await this.openOffers()).find((offer) => offer.orderId === orderId);
  }

  /** The courier who is asked accepts the order. @returns the delivery as that courier sees it. */
  async acceptFor(orderId: string): Promise<Trip> {
    const offer = await this.asked(orderId);
    if (!offer) throw new Error(`no courier is asked to deliver ${orderId}`);
    return (await this.accept(offer.offerId)).body;
  }

  async statusOf(orderId: string): Promise<string | undefined> {
    const find = 'select status from deliveries where order_id = $1';
    return (await this.db.read<{ status: string }>(find, [orderId]))[0]?.status;
  }
}
