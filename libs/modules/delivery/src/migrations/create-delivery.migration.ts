import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Couriers and their bags, deliveries, offers and assignments. */
export class CreateDelivery1700000000100 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(tables);
    await db.query(earnings);
    await db.query(dispatch);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function take_nearest_bag, take_longest_waiting, distance_km;
      drop table courier_earnings, assignments, offers, deliveries, bags, couriers;
      drop function refuse_change;
    `);
  }
}

const tables = `
  create table couriers (
    courier_id text primary key,
    name text not null,
    capacity smallint not null check (capacity between 1 and 10),
    autopilot boolean not null,
    on_shift boolean not null default false,
    lat float8 not null,
    lon float8 not null,
    -- When the position was true, by the sender's clock: the latest wins.
    position_at timestamptz not null,
    version int not null default 1
  ) with (fillfactor = 80);
  create index on couriers (lat) where on_shift;

  -- A courier carries as many orders as they have bags, and a bag holds one order, offered or accepted. That is what keeps a
  -- courier within capacity whatever runs at once. A counter would, too, but everybody who changes it waits for everybody else.
  create table bags (
    courier_id text references couriers,
    bag smallint,
    order_id text,
    primary key (courier_id, bag)
  ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
  create unique index on bags (order_id) where order_id is not null;
  create index on bags (courier_id) where order_id is null;

  create table deliveries (
    order_id text primary key,
    delivery_id text not null unique,
    status text not null
      check (status in ('searching', 'assigned', 'picked-up', 'delivered', 'failed', 'cancelled', 'no-courier')),
    pick_up_at jsonb,
    deliver_to jsonb,
    pick_up_lat float8 generated always as ((pick_up_at -> 'location' ->> 'lat')::float8) stored,
    pick_up_lon float8 generated always as ((pick_up_at -> 'location' ->> 'lon')::float8) stored,
    waiting boolean not null default false check (not waiting or status = 'searching'),
    meal_ready boolean not null default false,
    -- No foreign key: it would lock the courier's row for every delivery.
    courier_id text,
    fence int not null default 0,
    search_until timestamptz not null,
    -- The story it is part of, for whoever takes the search up again.
    correlation_id text not null,
    causation_id uuid,
    version int not null default 1,
    check ((courier_id is not null) = (status in ('assigned', 'picked-up', 'delivered', 'failed'))),
    check (status = 'cancelled' or (pick_up_at is not null and deliver_to is not null))
  ) with (fillfactor = 70);
  create index on deliveries (search_until) where waiting;

  create table offers (
    offer_id text primary key,
    order_id text not null references deliveries,
    courier_id text not null,
    status text not null default 'open' check (status in ('open', 'accepted', 'declined', 'expired', 'withdrawn')),
    expires_at timestamptz not null,
    offered_at timestamptz not null default clock_timestamp(),
    answered_at timestamptz,
    check ((status = 'open') = (answered_at is null)),
    -- Nobody is asked twice for the same order.
    unique (order_id, courier_id)
  ) with (fillfactor = 80);
  create unique index on offers (order_id) where status = 'open';
  create index on offers (courier_id) where status = 'open';

  create table assignments (
    order_id text not null references deliveries,
    fence int not null check (fence > 0),
    courier_id text not null,
    assigned_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    outcome text check (outcome in ('delivered', 'gave-up', 'failed', 'called-off')),
    reason text,
    primary key (order_id, fence),
    check ((ended_at is null) = (outcome is null))
  ) with (fillfactor = 80);
  create unique index on assignments (order_id) where ended_at is null;
  create index on assignments (courier_id) where ended_at is null;
`;

const earnings = `
  -- What couriers are to be paid for: once per delivered order, never changed.
  create table courier_earnings (
    order_id text primary key,
    courier_id text not null,
    fence int not null,
    metres int not null check (metres >= 0),
    earned_at timestamptz not null default clock_timestamp(),
    foreign key (order_id, fence) references assignments
  );

  create function refuse_change() returns trigger language plpgsql as $$
  begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
  end $$;
  create trigger append_only before update or delete or truncate on courier_earnings
    for each statement execute function refuse_change();
`;

const dispatch = `
  -- Equirectangular: right within a fraction of a percent over the distances a warm meal travels, but not across the date line.
  create function distance_km(lat1 float8, lon1 float8, lat2 float8, lon2 float8) returns float8 immutable language sql as $$
    select 111.195 * sqrt(power(lat2 - lat1, 2) + power((lon2 - lon1) * cos(radians((lat1 + lat2) / 2)), 2))
  $$;

  -- Puts the order into a bag of the nearest courier on shift who has a free one and was not asked before: from near to far, the
  -- first of whom one can be had. A bag that somebody else is just filling is passed over, not waited for: dispatchers that wait
  -- for each other would, many orders to a transaction, soon wait in a circle.
  create function take_nearest_bag(for_order text, radius_km float8)
  returns table (courier_id text, name text, autopilot boolean) language plpgsql as $$
  #variable_conflict use_column
  declare near record;
  begin
    for near in
      select c.courier_id, c.name, c.autopilot
      from deliveries d
      join couriers c on c.on_shift and c.lat between d.pick_up_lat - radius_km / 111 and d.pick_up_lat + radius_km / 111
      where d.order_id = for_order
        and distance_km(c.lat, c.lon, d.pick_up_lat, d.pick_up_lon) <= radius_km
        and exists (select 1 from bags b where b.courier_id = c.courier_id and b.order_id is null)
        and not exists (select 1 from offers o where o.order_id = d.order_id and o.courier_id = c.courier_id)
      order by distance_km(c.lat, c.lon, d.pick_up_lat, d.pick_up_lon)
    loop
      update bags set order_id = for_order where (courier_id, bag) = (
        select b.courier_id, b.bag from bags b where b.courier_id = near.courier_id and b.order_id is null
        order by b.bag limit 1 for update skip locked
      );
      if found then
        return query select near.courier_id, near.name, near.autopilot;
        return;
      end if;
    end loop;
  end $$;

  -- The other way round: puts into a free bag of this courier the order that has been waiting longest nearby.
  create function take_longest_waiting(for_courier text, radius_km float8)
  returns table (order_id text, correlation_id text, causation_id uuid, courier_id text, name text, autopilot boolean)
  language sql as $$
    with free as (
      select b.courier_id, b.bag, c.name, c.autopilot, c.lat, c.lon
      from couriers c join bags b on b.courier_id = c.courier_id and b.order_id is null
      where c.courier_id = for_courier and c.on_shift
      order by b.bag limit 1 for update of b skip locked
    ), longest as (
      select d.order_id from deliveries d, free
      where d.waiting and distance_km(free.lat, free.lon, d.pick_up_lat, d.pick_up_lon) <= radius_km
        and not exists (select 1 from offers o where o.order_id = d.order_id and o.courier_id = free.courier_id)
      order by d.search_until limit 1 for update of d skip locked
    ), filled as (
      update bags b set order_id = longest.order_id from free, longest
      where b.courier_id = free.courier_id and b.bag = free.bag
    )
    update deliveries d set waiting = false, version = d.version + 1 from longest, free
    where d.order_id = longest.order_id
    returning d.order_id, d.correlation_id, d.causation_id, free.courier_id, free.name, free.autopilot
  $$;
`;
