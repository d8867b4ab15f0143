import { Injectable } from '@nestjs/common';
import type { Location } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';
import { rows, type Tx } from '@thali/kit/postgres';
import type { CourierView } from './courier.view';
import { Couriers } from './entities';

/** A courier as they sign up, off shift. */
export interface NewCourier {
  readonly courierId: string;
  readonly name: string;
  readonly location: Location;
  readonly capacity: number;
  readonly autopilot: boolean;
}

@Injectable()
export class CourierRepository {
  /** @throws {DomainError} `delivery.courier-not-found` */
  async withId(tx: Tx, courierId: string): Promise<CourierView> {
    const found = await tx.one(courierWithId, { courierId });
    if (!found) throw courierNotFound(courierId);
    return found;
  }

  /** Adds couriers, each with as many bags as they can carry; those who are there already stay as they are. */
  async insert(tx: Tx, { location, ...courier }: NewCourier, onShift: boolean): Promise<void> {
    await tx.run(insertCourier, { ...courier, ...location, onShift, positionAt: tx.now });
  }

  async setShift(tx: Tx, courierId: string, onShift: boolean): Promise<void> {
    await tx.run(setShift, { courierId, onShift });
  }

  /** Keeps the position unless a later one is known. */
  async setPosition(tx: Tx, courierId: string, { lat, lon }: Location, at: Date): Promise<void> {
    await tx.run(setPosition, { courierId, lat, lon, at });
  }
}

export function courierNotFound(courierId: string): DomainError {
  return new DomainError('delivery.courier-not-found', 'not-found', `There is no courier ${courierId}.`);
}

/** The columns of a {@link CourierView}, from the table `c`. */
export const courierColumns = `
  ${Couriers.columns('c', 'courierId', 'name', 'onShift', 'capacity', 'autopilot', 'version')},
  json_build_object('lat', c.lat, 'lon', c.lon) as location,
  (select count(*) from bags b where b.courier_id = c.courier_id and b.order_id is not null) as active`;

const courierWithId = rows({ courierId: 'text' }).query<CourierView>(
  (input) => `select i.n, ${courierColumns} from ${input} join couriers c on c.courier_id = i."courierId"`,
);

/** Special, because the bags come with the courier. */
const insertCourier = rows(Couriers.newRow).change(
  (input) => `
  with new as (
    ${Couriers.insertFrom(input)} on conflict do nothing returning courier_id, capacity
  )
  insert into bags (courier_id, bag) select courier_id, generate_series(1, capacity) from new`,
);

/** Special, because a courier who is on shift already has not changed. */
const setShift = rows({ courierId: 'text', onShift: 'boolean' }).change(
  (input) => `
  update couriers c set on_shift = i."onShift", version = version + 1 from ${input}
  where c.courier_id = i."courierId" and c.on_shift <> i."onShift"`,
);

/** Special, because the latest position wins, not the last that is written; and it is no change that a version counts. */
const setPosition = rows({ courierId: 'text', lat: 'float8', lon: 'float8', at: 'timestamptz' }).change(
  (input) => `
  update couriers c set lat = latest.lat, lon = latest.lon, position_at = latest.at
  from (select distinct on ("courierId") * from ${input} order by "courierId", at desc, n desc) latest
  where c.courier_id = latest."courierId" and c.position_at <= latest.at`,
);
