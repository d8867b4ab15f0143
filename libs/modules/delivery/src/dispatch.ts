import { Injectable } from '@nestjs/common';
import { cancelScheduled, schedule } from '@thali/kit/messaging';
import { rows, type MessageContext, type Tx } from '@thali/kit/postgres';
import { newRow } from './delivery.repository';
import type { Courier, Delivery } from './domain/delivery';
import type { Offer } from './domain/search';
import { Deliveries, Offers } from './entities';
import { ContinueSearch, DriveCourier } from './timers';
import { DeliverySettings } from './settings';

/** What becomes of the order's open offer, and of its assignment, when its courier has a bag free again. */
interface Release {
  readonly offer?: Exclude<Offer['status'], 'open' | 'accepted'>;
  readonly assignment?: 'delivered' | 'gave-up' | 'failed' | 'called-off';
  readonly reason?: string;
}

/**
 * Matches orders and couriers: an order is offered to the nearest free courier, and a courier who becomes free is offered the order
 * that has waited longest nearby. Two dispatchers never give the same bag away, and never wait for each other.
 */
@Injectable()
export class Dispatch {
  constructor(private readonly settings: DeliverySettings) {}

  /** Stores the delivery and offers the order; does nothing if the order has a delivery already. */
  async addAndOffer(tx: Tx, delivery: Delivery): Promise<void> {
    const { searchRadiusKm: radiusKm } = this.settings;
    const added = await tx.one(insertAndTakeNearestBag, { ...newRow(tx, delivery), radiusKm });
    if (added) this.offerTo(tx, delivery, added.courier ?? undefined);
  }

  /** Offers the order to the next courier, or lets it wait when none is free. Does not look again when the search is over. */
  async continueSearch(tx: Tx, delivery: Delivery): Promise<void> {
    const { orderId, status } = delivery;
    if (status !== 'searching') return cancelScheduled(tx, ContinueSearch, orderId);
    const courier = await tx.one(takeNearestBag, { orderId, radiusKm: this.settings.searchRadiusKm });
    this.offerTo(tx, delivery, courier);
  }

  private offerTo(tx: Tx, delivery: Delivery, courier: Courier | undefined): void {
    const { orderId } = delivery;
    if (courier) return this.ask(tx, courier, orderId, tx.context);
    tx.defer(startWaiting, { orderId });
    schedule(tx, ContinueSearch({ orderId, offerId: null }), { afterMs: this.untilNextLookMs(delivery, tx.now) });
  }

  /** Offers the courier, who may have a bag free, an order that waits. */
  async offerBag(tx: Tx, courierId: string): Promise<void> {
    this.askIfAny(tx, await tx.one(takeLongestWaiting, { courierId, radiusKm: this.settings.searchRadiusKm }));
  }

  /** Ends the order's open offer and assignment, takes it out of the courier's bag, and offers the courier another. */
  async releaseCourier(tx: Tx, orderId: string, release: Release): Promise<void> {
    const { searchRadiusKm: radiusKm } = this.settings;
    const { offer = null, assignment = null, reason = null } = release;
    this.askIfAny(tx, await tx.one(releaseAndRefill, { orderId, offer, assignment, reason, radiusKm }));
  }

  private askIfAny(tx: Tx, order: Waiting | undefined): void {
    if (!order) return;
    const { correlationId, causationId } = order;
    this.ask(tx, order, order.orderId, { correlationId, causationId });
  }

  private ask(tx: Tx, courier: Courier, orderId: string, context: MessageContext): void {
    const { offerWithinMs, autopilot } = this.settings;
    const { courierId } = courier;
    const offerId = tx.ids.next('ofr');
    tx.defer(insertOffer, { offerId, orderId, courierId, withinMs: offerWithinMs });
    schedule(tx, ContinueSearch({ orderId, offerId }), { afterMs: offerWithinMs, context });
    if (courier.autopilot)
      schedule(tx, DriveCourier({ orderId, does: 'accept', offerId }), { afterMs: autopilot.acceptMs, context });
  }

  /** As long again as it has searched so far: an order that waits long looks ever more rarely, and costs ever less. */
  private untilNextLookMs({ searchUntil }: Delivery, now: Date): number {
    const { searchWithinMs, lookAgainMs } = this.settings;
    const remainingMs = searchUntil.getTime() - now.getTime();
    return Math.max(1, Math.min(Math.max(searchWithinMs - remainingMs, lookAgainMs), remainingMs));
  }
}

/** Special, as all that follow: who is nearest and free is found where bags are locked, in the functions of the migration. */
const takeNearestBag = rows({ orderId: 'text', radiusKm: 'float8' }).change<Courier>(
  (input) => `
  select i.n, taken.courier_id as "courierId", taken.name, taken.autopilot
  from ${input} cross join lateral take_nearest_bag(i."orderId", i."radiusKm") taken`,
);

/** The function sees the delivery, though the same statement has made it. */
const insertAndTakeNearestBag = rows({ ...Deliveries.newRow, radiusKm: 'float8' }).change<{ courier: Courier | null }>(
  (input) => `
  with i as (
    select * from ${input}
  ), new as (
    ${Deliveries.insertFrom('i')} on conflict (order_id) do nothing returning order_id
  ), added as (
    select min(i.n) as n, order_id, min("radiusKm") as radius from i join new on order_id = "orderId" group by order_id
  )
  select n, case when taken.courier_id is not null
    then json_build_object('courierId', taken.courier_id, 'name', taken.name, 'autopilot', taken.autopilot) end as courier
  from added left join lateral take_nearest_bag(added.order_id, added.radius) taken on true`,
);

/** An order, and the courier who is to be asked. */
type Waiting = Courier & MessageContext & { orderId: string };

const waitingColumns = `taken.order_id as "orderId", taken.correlation_id as "correlationId", taken.causation_id as "causationId",
  taken.courier_id as "courierId", taken.name, taken.autopilot`;

const takeLongestWaiting = rows({ courierId: 'text', radiusKm: 'float8' }).change<Waiting>(
  (input) => `
  select i.n, ${waitingColumns} from ${input} cross join lateral take_longest_waiting(i."courierId", i."radiusKm") taken`,
);

const release = rows({ orderId: 'text', offer: 'text?', assignment: 'text?', reason: 'text?', radiusKm: 'float8' });
const releaseAndRefill = release.change<Waiting>(
  (input) => `
  with i as (
    select * from ${input}
  ), answered as (
    update offers o set status = i.offer, answered_at = clock_timestamp()
    from i where o.order_id = i."orderId" and o.status = 'open' and i.offer is not null
      and o.order_id = any (array(select "orderId" from i))
  ), ended as (
    update assignments a set ended_at = clock_timestamp(), outcome = i.assignment, reason = i.reason
    from i where a.order_id = i."orderId" and a.ended_at is null and i.assignment is not null
      and a.order_id = any (array(select "orderId" from i))
  ), freed as (
    update bags b set order_id = null from i where b.order_id = i."orderId" returning i.n, b.courier_id, i."radiusKm"
  )
  select freed.n, ${waitingColumns} from freed cross join lateral take_longest_waiting(freed.courier_id, freed."radiusKm") taken`,
);

/** Without a new version: that it waits is for dispatchers to know. */
const startWaiting = rows({ orderId: 'text' }).change(
  (input) => `update deliveries d set waiting = true from ${input} where d.order_id = i."orderId"`,
);

/** Special, because the database's time decides until when the offer stands. */
const insertOffer = rows({ offerId: 'text', orderId: 'text', courierId: 'text', withinMs: 'float8' }).change((input) =>
  Offers.insertFrom(`(select *, database_time() + "withinMs" * interval '1 ms' as "expiresAt" from ${input}) i`),
);
