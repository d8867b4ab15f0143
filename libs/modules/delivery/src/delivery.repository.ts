import { Injectable } from '@nestjs/common';
import { send } from '@thali/kit/messaging';
import { rows, type NewRowOf, type Tx } from '@thali/kit/postgres';
import { announce } from './domain/announce';
import { evolve, type Delivery, type DeliveryEvent } from './domain/delivery';
import { deliveryNotFound, offerNotFound } from './domain/errors';
import type { Offer } from './domain/search';
import { Assignments, Deliveries } from './entities';

/**
 * Deliveries with what belongs to them: offers, assignments, the courier's bag. A unit of work that changes any of these for an
 * order writes its delivery with them, on the condition that its version is as it was read: so an order's changes come one after another.
 */
@Injectable()
export class DeliveryRepository {
  async findOfOrder(tx: Tx, orderId: string): Promise<Delivery | undefined> {
    return tx.one(deliveryOfOrder, { orderId });
  }

  /** @throws {DomainError} `delivery.not-found` */
  async load(tx: Tx, deliveryId: string): Promise<Delivery> {
    const delivery = await tx.one(deliveryWithId, { deliveryId });
    if (!delivery) throw deliveryNotFound(deliveryId);
    return delivery;
  }

  /** @throws {DomainError} `delivery.offer-not-found` */
  async loadWithOffer(tx: Tx, offerId: string): Promise<{ delivery: Delivery; offer: Offer }> {
    const found = await tx.one(deliveryWithOffer, { offerId });
    if (!found) throw offerNotFound(offerId);
    const { offer, ...delivery } = found;
    return { delivery, offer: { ...offer, expiresAt: new Date(offer.expiresAt) } };
  }

  /** Adds a delivery. If the order has one after all, the unit of work runs again. */
  add(tx: Tx, delivery: Delivery): void {
    tx.defer(Deliveries.insert, newRow(tx, delivery));
  }

  /**
   * Saves what the events make of the delivery, and sends the messages that announce them. When another transaction has changed it since
   * it was loaded, the unit of work runs again.
   *
   * @returns the delivery as it is now.
   */
  save(tx: Tx, before: Delivery, events: readonly DeliveryEvent[]): Delivery {
    const after = events.reduce(evolve, before);
    const { orderId, status, waiting, mealReady, courier, fence, searchUntil, version } = after;
    const state = { status, waiting, mealReady, courierId: courier?.courierId, fence, searchUntil };
    tx.defer(Deliveries.update, { orderId, version, ...state });
    for (const event of events) {
      if (event.type === 'Assigned') tx.defer(beginAssignment, { orderId, fence, courierId: event.courier.courierId });
      if (event.type === 'Delivered') tx.defer(noteEarning, { orderId });
      const message = announce(event, after);
      if (message) send(tx, message);
    }
    return { ...after, version: version + 1 };
  }
}

/** A courier as JSON, from the table `c`; null when there is none. */
const courierJson = `case when c.courier_id is not null then
  json_build_object('courierId', c.courier_id, 'name', c.name, 'autopilot', c.autopilot) end`;

/** The columns of a {@link Delivery}, from the tables `d` and `c`. */
export const deliveryColumns = `
  ${Deliveries.columns('d', 'orderId', 'deliveryId', 'status', 'waiting', 'mealReady', 'fence', 'searchUntil', 'version')},
  ${courierJson} as courier,
  case when d.pick_up_at is not null then json_build_object('pickUpAt', d.pick_up_at, 'deliverTo', d.deliver_to) end as route`;

const deliveryOfOrder = rows({ orderId: 'text' }).query<Delivery>(
  (input) => `
  select i.n, ${deliveryColumns} from ${input}
  join deliveries d on d.order_id = i."orderId" left join couriers c on c.courier_id = d.courier_id`,
);

const deliveryWithId = rows({ deliveryId: 'text' }).query<Delivery>(
  (input) => `
  select i.n, ${deliveryColumns} from ${input}
  join deliveries d on d.delivery_id = i."deliveryId" left join couriers c on c.courier_id = d.courier_id`,
);

type WithOffer = Delivery & { offer: Omit<Offer, 'expiresAt'> & { expiresAt: string } };

const deliveryWithOffer = rows({ offerId: 'text' }).query<WithOffer>(
  (input) => `
  select found.*, json_build_object('offerId', o.offer_id, 'status', o.status, 'expiresAt', o.expires_at, 'courier', ${courierJson}) as offer
  from ${input}
  join offers o on o.offer_id = i."offerId"
  join couriers c on c.courier_id = o.courier_id
  cross join lateral (
    select i.n, ${deliveryColumns} from deliveries d left join couriers c on c.courier_id = d.courier_id
    where d.order_id = o.order_id
  ) found`,
);

/** A delivery as it is inserted. */
export function newRow(tx: Tx, { route, ...rest }: Delivery): NewRowOf<typeof Deliveries> {
  return { ...rest, ...route, ...tx.context };
}

/** Special, because the open offer ends with the same statement. */
const beginAssignment = rows(Assignments.newRow).change(
  (input) => `
  with i as (
    select * from ${input}
  ), accepted as (
    update offers set status = 'accepted', answered_at = clock_timestamp()
    where order_id = any (array(select "orderId" from i)) and status = 'open'
  )
  ${Assignments.insertFrom('i')}`,
);

/** Special, because the database knows courier and distance. */
const noteEarning = rows({ orderId: 'text' }).change(
  (input) => `
  insert into courier_earnings (order_id, courier_id, fence, metres)
  select d.order_id, d.courier_id, d.fence, round(1000 * distance_km(d.pick_up_lat, d.pick_up_lon,
    (d.deliver_to -> 'location' ->> 'lat')::float8, (d.deliver_to -> 'location' ->> 'lon')::float8))
  from ${input} join deliveries d on d.order_id = i."orderId"`,
);
