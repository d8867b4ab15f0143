import { Injectable } from '@nestjs/common';
import type { Location } from '@thali/contracts';
import { rows, type Tx } from '@thali/kit/postgres';
import { courierColumns, type CourierView } from './courier.view';
import { courierNotFound } from './domain/errors';
import { Couriers } from './entities';

/** A courier who signs up. */
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
  async load(tx: Tx, courierId: string): Promise<CourierView> {
    const found = await tx.one(courierWithId, { courierId });
    if (!found) throw courierNotFound(courierId);
    return found;
  }

  /** Adds a courier with as many bags as the courier can carry; one who is there already stays as is. */
  async add(tx: Tx, { location, ...courier }: NewCourier, onShift: boolean): Promise<void> {
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
