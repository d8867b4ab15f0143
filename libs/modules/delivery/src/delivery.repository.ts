import { Injectable } from '@nestjs/common';
import { DomainError } from '@thali/kit/core';
import { StaleVersion, change, query, type Tx } from '@thali/kit/postgres';
import { evolve, type Delivery, type DeliveryEvent } from './domain/delivery';
import type { Offer } from './domain/search';

/**
 * Deliveries with what belongs to them: offers, assignments, the courier's bag. Whoever changes any of these for an order writes its
 * delivery first, on the condition that its version is as it was read: so an order's changes come one after another.
 */
@Injectable()
export class DeliveryRepository {
  async ofOrder(tx: Tx, orderId: string): Promise<Delivery | undefined> {
    return tx.one(deliveryOfOrder, { orderId });
  }

  /** @throws {DomainError} `delivery.not-found` */
  async withId(tx: Tx, deliveryId: string): Promise<Delivery> {
    const delivery = await tx.one(deliveryWithId, { deliveryId });
    if (!delivery) throw deliveryNotFound(deliveryId);
    return delivery;
  }

  /** @throws {DomainError} `delivery.offer-not-found` */
  async withOffer(tx: Tx, offerId: string): Promise<{ delivery: Delivery; offer: Offer }> {
    const found = await tx.one(deliveryWithOffer, { offerId });
    if (!found) throw new DomainError('delivery.offer-not-found', 'not-found', `There is no offer ${offerId}.`);
    const { offer, ...delivery } = found;
    return { delivery, offer: { ...offer, expiresAt: new Date(offer.expiresAt) } };
  }

  /** Stores a delivery that is not there yet. @returns false when the order has one already. */
  async insert(tx: Tx, delivery: Delivery): Promise<boolean> {
    const { route, ...rest } = delivery;
    const inserted = await tx.one(insertDelivery, { ...rest, ...route, ...tx.story });
    return inserted !== undefined;
  }

  /**
   * Stores what the events make of the delivery, and frees the courier's bag if they end with it.
   *
   * @returns the delivery as it is now, and the courier who has a bag free again.
   * @throws {StaleVersion} when somebody else has changed it since it was read.
   */
  async save(
    tx: Tx,
    before: Delivery,
    events: DeliveryEvent[],
  ): Promise<{ delivery: Delivery; freed: string | undefined }> {
    const after = events.reduce(evolve, before);
    const { orderId, status, waiting, mealReady, courier, fence, searchUntil, version } = after;
    const state = { status, waiting, mealReady, courierId: courier?.courierId, fence, searchUntil };
    const saved = await tx.one(updateDelivery, { orderId, version, ...state });
    if (!saved) throw new StaleVersion(`delivery ${after.deliveryId}`);
    let freed: string | undefined;
    for (const event of events) freed = (await settle(tx, event, after)) ?? freed;
    return { delivery: { ...after, version: version + 1 }, freed };
  }
}

export function deliveryNotFound(deliveryId: string): DomainError {
  return new DomainError('delivery.not-found', 'not-found', `There is no delivery ${deliveryId}.`);
}

/** What becomes of the order's open offer and of its assignment. Where one ends without the other beginning, the bag is free again. */
const offerBecomes: { [Type in DeliveryEvent['type']]?: Offer['status'] } = {
  Assigned: 'accepted',
  OfferDeclined: 'declined',
  OfferExpired: 'expired',
  Cancelled: 'withdrawn',
};
const assignmentEnds: { [Type in DeliveryEvent['type']]?: string } = {
  GaveUp: 'gave-up',
  Delivered: 'delivered',
  Failed: 'failed',
  Cancelled: 'called-off',
};

async function settle(tx: Tx, event: DeliveryEvent, { orderId, fence }: Delivery): Promise<string | undefined> {
  const status = offerBecomes[event.type];
  const outcome = assignmentEnds[event.type];
  if (status) await tx.run(answerOffer, { orderId, status });
  if (outcome) await tx.run(endAssignment, { orderId, outcome, reason: 'reason' in event ? event.reason : null });
  if (event.type === 'Delivered') await tx.run(noteEarning, { orderId });
  if (event.type === 'Assigned') await tx.run(beginAssignment, { orderId, fence, courierId: event.courier.courierId });
  else if (status || outcome) return (await tx.one(freeBag, { orderId }))?.courierId;
  return undefined;
}

/** A courier as JSON, from the table `c`; null when there is none. */
const courierJson = `case when c.courier_id is not null then
  json_build_object('courierId', c.courier_id, 'name', c.name, 'autopilot', c.autopilot) end`;

/** The columns of a {@link Delivery}, from the tables `d` and `c`. */
export const deliveryColumns = `
  d.order_id as "orderId", d.delivery_id as "deliveryId", d.status, d.waiting, d.meal_ready as "mealReady", d.fence,
  d.search_until as "searchUntil", d.version, ${courierJson} as courier,
  case when d.pick_up_at is not null then json_build_object('pickUpAt', d.pick_up_at, 'deliverTo', d.deliver_to) end as route`;

const deliveryOfOrder = query<{ orderId: string }, Delivery>(`
  select i.n, ${deliveryColumns} from json_to_recordset($1) as i(n int, "orderId" text)
  join deliveries d on d.order_id = i."orderId" left join couriers c on c.courier_id = d.courier_id`);

const deliveryWithId = query<{ deliveryId: string }, Delivery>(`
  select i.n, ${deliveryColumns} from json_to_recordset($1) as i(n int, "deliveryId" text)
  join deliveries d on d.delivery_id = i."deliveryId" left join couriers c on c.courier_id = d.courier_id`);

type WithOffer = Delivery & { offer: Omit<Offer, 'expiresAt'> & { expiresAt: string } };

const deliveryWithOffer = query<{ offerId: string }, WithOffer>(`
  select found.*, json_build_object('offerId', o.offer_id, 'status', o.status, 'expiresAt', o.expires_at, 'courier', ${courierJson}) as offer
  from json_to_recordset($1) as i(n int, "offerId" text)
  join offers o on o.offer_id = i."offerId"
  join couriers c on c.courier_id = o.courier_id
  cross join lateral (
    select i.n, ${deliveryColumns} from deliveries d left join couriers c on c.courier_id = d.courier_id
    where d.order_id = o.order_id
  ) found`);

type NewRow = Omit<Delivery, 'route' | 'courier'> & Partial<NonNullable<Delivery['route']>> & Tx['story'];

const insertDelivery = change<NewRow, { inserted: true }>(`
  with i as (
    select * from json_to_recordset($1) as i(n int, "orderId" text, "deliveryId" text, status text, "pickUpAt" jsonb, "deliverTo" jsonb,
      "searchUntil" timestamptz, "correlationId" text, "causationId" uuid)
  ), new as (
    insert into deliveries (order_id, delivery_id, status, pick_up_at, deliver_to, search_until, correlation_id, causation_id)
    select "orderId", "deliveryId", status, "pickUpAt", "deliverTo", "searchUntil", "correlationId", "causationId" from i
    on conflict (order_id) do nothing returning order_id
  )
  select min(i.n) as n, true as inserted from i join new on new.order_id = i."orderId" group by i."orderId"`);

type Changed = Omit<Delivery, 'deliveryId' | 'route' | 'courier'> & { courierId: string | undefined };

const updateDelivery = change<Changed, { saved: true }>(`
  update deliveries d set status = i.status, waiting = i.waiting, meal_ready = i."mealReady", courier_id = i."courierId",
    fence = i.fence, search_until = i."searchUntil", version = d.version + 1
  from json_to_recordset($1) as i(n int, "orderId" text, status text, waiting boolean, "mealReady" boolean, "courierId" text,
    fence int, "searchUntil" timestamptz, version int)
  where d.order_id = i."orderId" and d.version = i.version
  returning i.n, true as saved`);

const answerOffer = change<{ orderId: string; status: Offer['status'] }>(`
  update offers o set status = i.status, answered_at = clock_timestamp()
  from json_to_recordset($1) as i(n int, "orderId" text, status text)
  where o.order_id = i."orderId" and o.status = 'open'`);

const beginAssignment = change<{ orderId: string; fence: number; courierId: string }>(`
  insert into assignments (order_id, fence, courier_id)
  select "orderId", fence, "courierId" from json_to_recordset($1) as i(n int, "orderId" text, fence int, "courierId" text)`);

const endAssignment = change<{ orderId: string; outcome: string; reason: string | null }>(`
  update assignments a set ended_at = clock_timestamp(), outcome = i.outcome, reason = i.reason
  from json_to_recordset($1) as i(n int, "orderId" text, outcome text, reason text)
  where a.order_id = i."orderId" and a.ended_at is null`);

const noteEarning = change<{ orderId: string }>(`
  insert into courier_earnings (order_id, courier_id, fence, metres)
  select d.order_id, d.courier_id, d.fence, round(1000 * distance_km(d.pick_up_lat, d.pick_up_lon,
    (d.deliver_to -> 'location' ->> 'lat')::float8, (d.deliver_to -> 'location' ->> 'lon')::float8))
  from json_to_recordset($1) as i(n int, "orderId" text) join deliveries d on d.order_id = i."orderId"`);

const freeBag = change<{ orderId: string }, { courierId: string }>(`
  update bags b set order_id = null from json_to_recordset($1) as i(n int, "orderId" text)
  where b.order_id = i."orderId" returning i.n, b.courier_id as "courierId"`);
