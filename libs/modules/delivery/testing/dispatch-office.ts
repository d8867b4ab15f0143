import { CancelDelivery, CollectMeal, RequestDelivery } from '@thali/contracts';
import { inTransaction } from '@thali/kit/nest';
import type { DataOf } from '@thali/kit/core';
import { Database, provisionModule, type Tx } from '@thali/kit/postgres';
import { aDatabase, type TestServer } from '@thali/kit/postgres/testing';
import { AcceptOffer, AcceptOfferHandler } from '../src/accept-offer';
import { CancelDeliveryHandler } from '../src/cancel-delivery';
import { ChangeDelivery } from '../src/change-delivery';
import { CollectMealHandler } from '../src/collect-meal';
import { ContinueSearchHandler } from '../src/continue-search';
import { CourierRepository } from '../src/courier.repository';
import { DeclineOffer, DeclineOfferHandler } from '../src/decline-offer';
import { DeliverMeal, DeliverMealHandler } from '../src/deliver-meal';
import { DeliveryRepository } from '../src/delivery.repository';
import { Dispatch } from '../src/dispatch';
import type { ContinueSearch } from '../src/timers';
import { EndShift, EndShiftHandler } from '../src/end-shift';
import { FailDelivery, FailDeliveryHandler } from '../src/fail-delivery';
import { migrations } from '../src/migrations';
import { PickUpMeal, PickUpMealHandler } from '../src/pick-up-meal';
import { RegisterCourier, RegisterCourierHandler, SignUp } from '../src/register-courier';
import { ReportPosition, ReportPositionHandler } from '../src/report-position';
import { RequestDeliveryHandler } from '../src/request-delivery';
import { DeliverySettings } from '../src/settings';
import { StartShift, StartShiftHandler } from '../src/start-shift';
import { kmEast, saravanaBhavan } from './places';

interface OpenOffer {
  offerId: string;
  orderId: string;
  courier: string;
}

/**
 * The delivery module without HTTP and without running timers: a test says what happens, and when a time is up.
 * Couriers and orders are known by their names and ids; the restaurant is always Saravana Bhavan.
 */
export class DispatchOffice {
  private readonly settings = DeliverySettings.from(this.env);
  private readonly deliveries = new DeliveryRepository();
  private readonly couriers = new CourierRepository();
  private readonly dispatch = new Dispatch(this.settings);
  private readonly change = new ChangeDelivery(this.deliveries, this.dispatch, this.settings);

  constructor(
    readonly db: Database,
    private readonly server: TestServer,
    private readonly env: Record<string, string>,
  ) {}

  static async open(env: Record<string, string> = {}): Promise<DispatchOffice> {
    const { db, server } = await aDatabase('delivery', migrations);
    return new DispatchOffice(db, server, env);
  }

  /** Another process of the same module. */
  async colleague(): Promise<DispatchOffice> {
    const url = await provisionModule(this.server.url, 'delivery');
    return new DispatchOffice(await Database.open({ module: 'delivery', migrations, url }), this.server, this.env);
  }

  async close(): Promise<void> {
    await this.db.close();
    await this.server.drop();
  }

  /** Somebody signs up and starts their shift, so many kilometres east of the restaurant. @returns their id. */
  async courier(name: string, km: number, more: Partial<SignUp> = {}): Promise<string> {
    const signUp = SignUp.parse({ name, location: kmEast(km), ...more });
    const register = new RegisterCourierHandler(this.couriers);
    const { courierId } = await this.do((tx) => register.execute(inTransaction(tx, new RegisterCourier(signUp))));
    await this.startShift(courierId);
    return courierId;
  }

  startShift(courierId: string) {
    return this.do((tx) =>
      new StartShiftHandler(this.couriers, this.dispatch).execute(inTransaction(tx, new StartShift(courierId))),
    );
  }

  endShift(courierId: string) {
    return this.do((tx) => new EndShiftHandler(this.couriers).execute(inTransaction(tx, new EndShift(courierId))));
  }

  reportPosition(courierId: string, km: number, at?: Date) {
    const position = { location: kmEast(km), at: at?.toISOString() };
    return this.do((tx) =>
      new ReportPositionHandler(this.couriers).execute(inTransaction(tx, new ReportPosition(courierId, position))),
    );
  }

  /** An order wants to be brought. @returns its id. */
  async request(orderId = this.db.ids.next('ord')): Promise<string> {
    const handler = new RequestDeliveryHandler(this.dispatch, this.settings);
    const request: DataOf<typeof RequestDelivery> = {
      orderId,
      pickUpAt: { name: 'Saravana Bhavan', location: saravanaBhavan },
      deliverTo: { address: 'Torstraße 1', location: kmEast(2) },
    };
    await this.do((tx) => handler.handle(request, tx));
    return orderId;
  }

  mealReady(orderId: string) {
    const data: DataOf<typeof CollectMeal> = { orderId };
    return this.do((tx) => new CollectMealHandler(this.deliveries, this.change).handle(data, tx));
  }

  cancel(orderId: string) {
    const data: DataOf<typeof CancelDelivery> = { orderId, reason: 'the customer changed their mind' };
    return this.do((tx) => new CancelDeliveryHandler(this.deliveries, this.change).handle(data, tx));
  }

  accept(offerId: string) {
    return this.do((tx) =>
      new AcceptOfferHandler(this.deliveries, this.change).execute(inTransaction(tx, new AcceptOffer(offerId))),
    );
  }

  decline(offerId: string) {
    return this.do((tx) =>
      new DeclineOfferHandler(this.deliveries, this.change).execute(inTransaction(tx, new DeclineOffer(offerId))),
    );
  }

  pickUp(deliveryId: string, fence?: number) {
    return this.do((tx) =>
      new PickUpMealHandler(this.deliveries, this.change).execute(inTransaction(tx, new PickUpMeal(deliveryId, fence))),
    );
  }

  deliver(deliveryId: string, fence?: number) {
    return this.do((tx) =>
      new DeliverMealHandler(this.deliveries, this.change).execute(
        inTransaction(tx, new DeliverMeal(deliveryId, fence)),
      ),
    );
  }

  fail(deliveryId: string, fence?: number) {
    const handler = new FailDeliveryHandler(this.deliveries, this.change, this.settings);
    return this.do((tx) => handler.execute(inTransaction(tx, new FailDelivery(deliveryId, fence, 'a flat tyre'))));
  }

  /** The offer's time is up, or it is time to look again: what the order's timer says when it fires. */
  async timeIsUp(orderId: string): Promise<void> {
    const [timer] = await this.db.read<{ data: DataOf<typeof ContinueSearch> }>(
      `delete from timers where type = 'delivery.continue-search' and key = $1 returning data`,
      [orderId],
    );
    if (!timer) throw new Error(`nothing is waited for about ${orderId}`);
    await this.do((tx) => new ContinueSearchHandler(this.deliveries, this.change).handle(timer.data, tx));
  }

  /** Who is being asked to bring what, oldest first. */
  openOffers(): Promise<OpenOffer[]> {
    return this.db.read<OpenOffer>(
      `select o.offer_id as "offerId", o.order_id as "orderId", c.name as courier
       from offers o join couriers c using (courier_id) where o.status = 'open' order by o.offered_at, o.offer_id`,
    );
  }

  /** The one who is being asked to bring this order. */
  async asked(orderId: string): Promise<OpenOffer | undefined> {
    return (await this.openOffers()).find((offer) => offer.orderId === orderId);
  }

  /** The nearest courier accepts the order. @returns the delivery as they see it. */
  async acceptFor(orderId: string) {
    const offer = await this.asked(orderId);
    if (!offer) throw new Error(`nobody is asked to bring ${orderId}`);
    return this.accept(offer.offerId);
  }

  /** What other modules have been told about the order, in order. */
  async told(orderId: string): Promise<string[]> {
    const rows = await this.db.read<{ type: string }>('select type from messages where key = $1 order by key_version', [
      orderId,
    ]);
    return rows.map(({ type }) => type);
  }

  async statusOf(orderId: string): Promise<string | undefined> {
    return (await this.db.read<{ status: string }>('select status from deliveries where order_id = $1', [orderId]))[0]
      ?.status;
  }

  private do<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.db.transaction(work);
  }
}
