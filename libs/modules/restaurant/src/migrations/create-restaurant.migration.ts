import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Restaurants, their menus, their stock, and the kitchen's tickets. */
export class CreateRestaurant1700000000100 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table restaurants (
        restaurant_id text primary key,
        name text not null,
        cuisine text,
        currency char(3) not null,
        lat float8 not null,
        lon float8 not null,
        -- What staff last said; the opening hours count too.
        open boolean not null,
        opening_hours jsonb not null,
        time_zone text,
        autopilot boolean not null,
        -- Of the menu in force. Every change to name, place or menu is a new one.
        version int not null check (version > 0)
      );

      -- Every version of every menu is kept: orders name the one they were priced at.
      create table menus (
        restaurant_id text references restaurants,
        version int,
        sections json not null,
        published_at timestamptz not null default clock_timestamp(),
        primary key (restaurant_id, version)
      );

      -- What the kitchen has of each dish now. Held to its moves by the same statements that write both.
      create table items (
        restaurant_id text references restaurants,
        item_id text,
        on_menu boolean not null default true,
        available boolean not null,
        on_hand int not null default 0,
        reserved int not null default 0,
        primary key (restaurant_id, item_id),
        constraint reserved_within_on_hand check (0 <= reserved and reserved <= on_hand)
      ) with (fillfactor = 50);

      -- Why an item's numbers are what they are: they equal the sums of the two change columns.
      create table stock_moves (
        move_id bigint generated always as identity primary key,
        restaurant_id text not null,
        item_id text not null,
        kind text not null check (kind in ('received', 'discarded', 'reserve', 'release', 'commit')),
        quantity int not null check (quantity > 0),
        order_id text,
        -- Of the order: a revised order releases what it held and reserves anew.
        revision int,
        moved_at timestamptz not null default clock_timestamp(),
        on_hand_change int not null generated always as
          (case kind when 'received' then quantity when 'discarded' then -quantity when 'commit' then -quantity else 0 end) stored,
        reserved_change int not null generated always as
          (case kind when 'reserve' then quantity when 'release' then -quantity when 'commit' then -quantity else 0 end) stored,
        check ((kind in ('received', 'discarded')) = (order_id is null) and (order_id is null) = (revision is null))
      );
      create unique index one_reserve on stock_moves (order_id, item_id, revision) where kind = 'reserve';
      create unique index one_commit_or_release on stock_moves (order_id, item_id, revision) where kind in ('commit', 'release');

      create function refuse_rewriting() returns trigger language plpgsql as $$
        begin raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation'; end $$;
      create trigger append_only before update or delete or truncate on stock_moves execute function refuse_rewriting();

      create table tickets (
        ticket_id text primary key,
        order_id text not null unique,
        -- Null: the order was called off before its ticket came, and nothing is to be done when it comes.
        restaurant_id text,
        status text not null,
        lines jsonb not null,
        revision int not null default 0,
        autopilot boolean not null default false,
        reason text,
        delayed_by_minutes int not null default 0,
        version int not null default 1,
        opened_at timestamptz not null default clock_timestamp(),
        check (restaurant_id is not null or status = 'cancelled')
      );
      create index kitchen_board on tickets (restaurant_id, status, ticket_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table tickets, stock_moves, items, menus, restaurants; drop function refuse_rewriting');
  }
}
