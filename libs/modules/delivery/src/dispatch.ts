import { Injectable } from '@nestjs/common';
import { remind } from '@thali/kit/outbox';
import { change, type Story, type Tx } from '@thali/kit/postgres';
import type { Courier, Delivery } from './domain/delivery';
import { ContinueSearch, DriveCourier } from './timers';
import { DeliverySettings } from './settings';

/**
 * Brings orders and couriers together: an order goes to the nearest free courier, and a courier who becomes free gets the order
 * that has waited longest nearby. Two dispatchers never give the same bag away, and never wait for each other.
 */
@Injectable()
export class Dispatch {
  constructor(private readonly settings: DeliverySettings) {}

  /** Offers the order, or lets it wait when nobody is free. The delivery was just written in this transaction and searches. */
  async offerOrder(tx: Tx, delivery: Delivery): Promise<void> {
    const { orderId } = delivery;
    const courier = await tx.one(takeNearestBag, { orderId, radiusKm: this.settings.searchRadiusKm });
    if (courier) return this.ask(tx, courier, orderId, tx.story);
    await tx.run(startWaiting, { orderId });
    remind(tx, ContinueSearch({ orderId, offerId: null }), { afterMs: this.untilNextLookMs(delivery, tx.now) });
  }

  /** Offers the courier, who may have a bag free, an order that waits. */
  async offerBag(tx: Tx, courierId: string): Promise<void> {
    const order = await tx.one(takeLongestWaiting, { courierId, radiusKm: this.settings.searchRadiusKm });
    if (!order) return;
    const { correlationId, causationId } = order;
    await this.ask(tx, order, order.orderId, { correlationId, causationId });
  }

  private async ask(tx: Tx, courier: Courier, orderId: string, story: Story): Promise<void> {
    const { offerWithinMs, autopilot } = this.settings;
    const { courierId } = courier;
    const offerId = tx.ids.next('ofr');
    await tx.run(insertOffer, { offerId, orderId, courierId, expiresAt: new Date(tx.now.getTime() + offerWithinMs) });
    remind(tx, ContinueSearch({ orderId, offerId }), { afterMs: offerWithinMs, story });
    if (courier.autopilot)
      remind(tx, DriveCourier({ orderId, does: 'accept', offerId }), { afterMs: autopilot.acceptMs, story });
  }

  /** As long again as it has searched so far: patient orders look ever more rarely, and cost ever less. */
  private untilNextLookMs({ searchUntil }: Delivery, now: Date): number {
    const { searchWithinMs, lookAgainMs } = this.settings;
    const remainingMs = searchUntil.getTime() - now.getTime();
    return Math.max(1, Math.min(Math.max(searchWithinMs - remainingMs, lookAgainMs), remainingMs));
  }
}

const takeNearestBag = change<{ orderId: string; radiusKm: number }, Courier>(`
  select i.n, taken.courier_id as "courierId", taken.name, taken.autopilot
  from json_to_recordset($1) as i(n int, "orderId" text, "radiusKm" float8)
  cross join lateral take_nearest_bag(i."orderId", i."radiusKm") taken`);

const takeLongestWaiting = change<{ courierId: string; radiusKm: number }, Courier & Story & { orderId: string }>(`
  select i.n, taken.order_id as "orderId", taken.correlation_id as "correlationId", taken.causation_id as "causationId",
    taken.courier_id as "courierId", taken.name, taken.autopilot
  from json_to_recordset($1) as i(n int, "courierId" text, "radiusKm" float8)
  cross join lateral take_longest_waiting(i."courierId", i."radiusKm") taken`);

const startWaiting = change<{ orderId: string }>(`
  update deliveries d set waiting = true from json_to_recordset($1) as i(n int, "orderId" text) where d.order_id = i."orderId"`);

const insertOffer = change<{ offerId: string; orderId: string; courierId: string; expiresAt: Date }>(`
  insert into offers (offer_id, order_id, courier_id, expires_at)
  select "offerId", "orderId", "courierId", "expiresAt"
  from json_to_recordset($1) as i(n int, "offerId" text, "orderId" text, "courierId" text, "expiresAt" timestamptz)`);
