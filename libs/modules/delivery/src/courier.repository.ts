import { Injectable } from '@nestjs/common';
import type { Location } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';
import { change, query, type Tx } from '@thali/kit/postgres';
import type { CourierView } from './courier.view';

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
    const { n: _, ...courier } = found as CourierView & { n: number };
    return courier;
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
  c.courier_id as "courierId", c.name, json_build_object('lat', c.lat, 'lon', c.lon) as location, c.on_shift as "onShift", c.capacity,
  (select count(*) from bags b where b.courier_id = c.courier_id and b.order_id is not null) as active, c.autopilot, c.version`;

const courierWithId = query<{ courierId: string }, CourierView>(`
  select i.n, ${courierColumns} from json_to_recordset($1) as i(n int, "courierId" text)
  join couriers c on c.courier_id = i."courierId"`);

type InsertRow = Omit<NewCourier, 'location'> & Location & { onShift: boolean; positionAt: Date };

const insertCourier = change<InsertRow>(`
  with new as (
    insert into couriers (courier_id, name, capacity, autopilot, on_shift, lat, lon, position_at)
    select "courierId", name, capacity, autopilot, "onShift", lat, lon, "positionAt"
    from json_to_recordset($1) as i(n int, "courierId" text, name text, capacity smallint, autopilot boolean, "onShift" boolean,
      lat float8, lon float8, "positionAt" timestamptz)
    on conflict do nothing returning courier_id, capacity
  )
  insert into bags (courier_id, bag) select courier_id, generate_series(1, capacity) from new`);

const setShift = change<{ courierId: string; onShift: boolean }>(`
  update couriers c set on_shift = i."onShift", version = version + 1
  from json_to_recordset($1) as i(n int, "courierId" text, "onShift" boolean)
  where c.courier_id = i."courierId" and c.on_shift <> i."onShift"`);

const setPosition = change<Location & { courierId: string; at: Date }>(`
  update couriers c set lat = latest.lat, lon = latest.lon, position_at = latest.at
  from (
    select distinct on ("courierId") * from json_to_recordset($1)
      as i(n int, "courierId" text, lat float8, lon float8, at timestamptz)
    order by "courierId", at desc, n desc
  ) latest
  where c.courier_id = latest."courierId" and c.position_at <= latest.at`);
