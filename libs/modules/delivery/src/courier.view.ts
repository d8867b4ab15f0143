import { Injectable } from '@nestjs/common';
import { QueryHandler, Query, type IQueryHandler } from '@nestjs/cqrs';
import { InjectRepository } from '@nestjs/typeorm';
import { CourierId, DeliverTo, DeliveryId, Location, OrderId } from '@thali/contracts';
import { Database, type RowOf } from '@thali/kit/postgres';
import type { ReadRepository } from '@thali/kit/postgres/repositories';
import { z } from 'zod';
import { deliveryColumns } from './delivery.repository';
import { Trip, tripOf } from './delivery.view';
import type { Delivery } from './domain/delivery';
import { courierNotFound } from './domain/errors';
import { OfferId } from './domain/search';
import { Couriers as CourierTable, Deliveries, Offers } from './entities';

export const CourierView = z
  .object({
    courierId: CourierId,
    name: z.string(),
    location: Location,
    onShift: z.boolean(),
    /** How many orders they carry at most, and how many are offered to them or with them now. */
    capacity: z.int(),
    active: z.int(),
    autopilot: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'Courier' });
export type CourierView = z.infer<typeof CourierView>;

/** The columns of a {@link CourierView}, from the table `c`. */
export const courierColumns = `
  ${CourierTable.columns('c', 'courierId', 'name', 'onShift', 'capacity', 'autopilot', 'version')},
  json_build_object('lat', c.lat, 'lon', c.lon) as location,
  (select count(*) from bags b where b.courier_id = c.courier_id and b.order_id is not null) as active`;

export const CourierWithTrips = CourierView.extend({ deliveries: z.array(Trip) }).meta({ id: 'CourierWithTrips' });
export type CourierWithTrips = z.infer<typeof CourierWithTrips>;

/** An offer that can still be accepted. */
export const OfferView = z
  .object({
    offerId: OfferId,
    orderId: OrderId,
    deliveryId: DeliveryId,
    pickUpAt: z.object({ name: z.string(), location: Location }),
    deliverTo: DeliverTo,
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Offer' });
export type OfferView = z.infer<typeof OfferView>;

export const CourierPage = z.object({
  items: z.array(CourierView),
  /** What to ask for as `after` to see more; null on the last page. */
  next: CourierId.nullable(),
});
export type CourierPage = z.infer<typeof CourierPage>;

export class Couriers extends Query<CourierPage> {
  constructor(
    readonly limit: number,
    readonly after = '',
  ) {
    super();
  }
}

@Injectable()
@QueryHandler(Couriers)
export class CouriersHandler implements IQueryHandler<Couriers> {
  constructor(private readonly db: Database) {}

  async execute({ limit, after }: Couriers): Promise<CourierPage> {
    const items = await this.db.read<CourierView>(
      `select ${courierColumns} from couriers c where c.courier_id > $1 order by c.courier_id limit $2`,
      [after, limit],
    );
    return { items, next: items.length === limit ? (items.at(-1)?.courierId ?? null) : null };
  }
}

export class CourierById extends Query<CourierWithTrips> {
  constructor(readonly courierId: string) {
    super();
  }
}

@Injectable()
@QueryHandler(CourierById)
export class CourierByIdHandler implements IQueryHandler<CourierById> {
  constructor(private readonly db: Database) {}

  /** @throws {DomainError} `delivery.courier-not-found` */
  async execute({ courierId }: CourierById): Promise<CourierWithTrips> {
    const [courier] = await this.db.read<CourierView>(
      `select ${courierColumns} from couriers c where c.courier_id = $1`,
      [courierId],
    );
    if (!courier) throw courierNotFound(courierId);
    const deliveries = await this.db.read<Delivery>(
      `select ${deliveryColumns} from assignments a join deliveries d using (order_id) join couriers c on c.courier_id = d.courier_id
       where a.courier_id = $1 and a.ended_at is null order by a.assigned_at`,
      [courierId],
    );
    return { ...courier, deliveries: deliveries.map(tripOf) };
  }
}

export class OffersToCourier extends Query<{ items: OfferView[] }> {
  constructor(readonly courierId: string) {
    super();
  }
}

@Injectable()
@QueryHandler(OffersToCourier)
export class OffersToCourierHandler implements IQueryHandler<OffersToCourier> {
  constructor(
    private readonly db: Database,
    @InjectRepository(CourierTable) private readonly couriers: ReadRepository<RowOf<typeof CourierTable>>,
  ) {}

  /** @throws {DomainError} `delivery.courier-not-found` */
  async execute({ courierId }: OffersToCourier): Promise<{ items: OfferView[] }> {
    if (!(await this.couriers.existsBy({ courierId }))) throw courierNotFound(courierId);
    const offers = await this.db.read<Omit<OfferView, 'expiresAt'> & { expiresAt: Date }>(
      `select ${Offers.columns('o', 'offerId', 'orderId', 'expiresAt')}, ${Deliveries.columns('d', 'deliveryId', 'pickUpAt', 'deliverTo')}
       from offers o join deliveries d using (order_id)
       where o.courier_id = $1 and o.status = 'open' and o.expires_at > database_time() order by o.expires_at`,
      [courierId],
    );
    return { items: offers.map((offer) => ({ ...offer, expiresAt: offer.expiresAt.toISOString() })) };
  }
}
