import { Injectable } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import {
  DeliverTo,
  DeliveryHistory,
  DeliveryId,
  DeliveryOfOrder,
  DeliveryStatus,
  Location,
  OrderId,
  type DeliveryView,
  type HistoryEntry,
} from '@thali/contracts';
import { Answers, historyOf } from '@thali/kit/messaging';
import { Database } from '@thali/kit/postgres';
import { z } from 'zod';
import { deliveryColumns } from './delivery.repository';
import type { Delivery } from './domain/delivery';
import { deliveryNotFound } from './domain/errors';
import { Deliveries } from './entities';

const PickUpAt = z.object({ name: z.string(), location: Location });

/** A delivery as its courier sees it: where from, where to, and how far it is. */
export const Trip = z
  .object({
    deliveryId: DeliveryId,
    orderId: OrderId,
    status: DeliveryStatus,
    /** Whether it can be picked up. */
    mealReady: z.boolean(),
    /** Numbers the couriers this delivery was given to; name it in what you send, and no other courier acts for you by mistake. */
    fence: z.int(),
    pickUpAt: PickUpAt.nullable(),
    deliverTo: DeliverTo.nullable(),
    version: z.int(),
  })
  .meta({ id: 'Trip' });
export type Trip = z.infer<typeof Trip>;

export function tripOf({ deliveryId, orderId, status, mealReady, fence, route, version }: Delivery): Trip {
  const { pickUpAt = null, deliverTo = null } = route ?? {};
  return { deliveryId, orderId, status, mealReady, fence, pickUpAt, deliverTo, version };
}

export class TripWithId extends Query<Trip> {
  constructor(readonly deliveryId: string) {
    super();
  }
}

@Injectable()
@QueryHandler(TripWithId)
export class TripWithIdHandler implements IQueryHandler<TripWithId> {
  constructor(private readonly db: Database) {}

  /** @throws {DomainError} `delivery.not-found` */
  async execute({ deliveryId }: TripWithId): Promise<Trip> {
    const [delivery] = await this.db.read<Delivery>(
      `select ${deliveryColumns} from deliveries d left join couriers c on c.courier_id = d.courier_id where d.delivery_id = $1`,
      [deliveryId],
    );
    if (!delivery) throw deliveryNotFound(deliveryId);
    return tripOf(delivery);
  }
}

/** Answers what other modules may ask. */
@Injectable()
export class DeliveryAnswers {
  constructor(private readonly db: Database) {}

  @Answers(DeliveryOfOrder)
  async ofOrder({ orderId }: { orderId: string }): Promise<DeliveryView | null> {
    const [delivery] = await this.db.read<DeliveryView>(
      `select ${Deliveries.columns('d', 'deliveryId', 'orderId', 'status', 'mealReady', 'version')},
         case when c.courier_id is not null then json_build_object('courierId', c.courier_id, 'name', c.name,
           'location', json_build_object('lat', c.lat, 'lon', c.lon)) end as courier
       from deliveries d left join couriers c on c.courier_id = d.courier_id where d.order_id = $1`,
      [orderId],
    );
    return delivery ?? null;
  }

  @Answers(DeliveryHistory)
  history({ orderId }: { orderId: string }): Promise<HistoryEntry[]> {
    return historyOf(this.db, orderId);
  }
}
