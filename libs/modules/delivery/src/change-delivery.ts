import { Injectable } from '@nestjs/common';
import { cancelScheduled, schedule, send } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { DeliveryRepository, endingOf } from './delivery.repository';
import { Dispatch } from './dispatch';
import { announce } from './domain/announce';
import type { Delivery, DeliveryEvent } from './domain/delivery';
import { ContinueSearch, DriveCourier } from './timers';
import { DeliverySettings } from './settings';

const asksForCourier: readonly DeliveryEvent['type'][] = ['OfferDeclined', 'OfferExpired', 'SearchResumed', 'GaveUp'];

/** Carries out what was decided about a delivery: stores it, tells the world, and sees to the order and the courier that are free now. */
@Injectable()
export class ChangeDelivery {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly dispatch: Dispatch,
    private readonly settings: DeliverySettings,
  ) {}

  /** @returns the delivery as it is now. When somebody else has changed it since it was read, the unit of work runs again. */
  async apply(tx: Tx, before: Delivery, events: DeliveryEvent[]): Promise<Delivery> {
    if (events.length === 0) return before;
    const delivery = this.deliveries.save(tx, before, events);
    for (const event of events) {
      const message = announce(event, delivery);
      if (message) send(tx, message);
    }
    for (const ending of events.flatMap((event) => endingOf(event) ?? []))
      await this.dispatch.refillBag(tx, delivery.orderId, ending);
    const searches = delivery.status === 'searching';
    if (searches && events.some(({ type }) => asksForCourier.includes(type)))
      await this.dispatch.offerOrder(tx, delivery);
    if (!searches && before.status === 'searching') cancelScheduled(tx, ContinueSearch, delivery.orderId);
    this.driveOn(tx, delivery);
    return delivery;
  }

  private driveOn(tx: Tx, { orderId, status, courier, mealReady, fence }: Delivery): void {
    if (!courier?.autopilot) return;
    const { pickUpMs, deliverMs } = this.settings.autopilot;
    if (status === 'assigned' && mealReady)
      schedule(tx, DriveCourier({ orderId, does: 'pick-up', fence }), { afterMs: pickUpMs });
    if (status === 'picked-up') schedule(tx, DriveCourier({ orderId, does: 'deliver', fence }), { afterMs: deliverMs });
  }
}
