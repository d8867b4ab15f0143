import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOrders1700000000100 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Every order as it stands: the fold of its events, written with them.
      create table orders (
        order_id text primary key,
        customer_id text not null,
        restaurant_id text not null,
        status text not null,
        version int not null,
        what json not null,
        placed_at timestamptz not null
      ) with (fillfactor = 70);
      create index on orders (customer_id, order_id desc);

      -- Our own copy of the menus, kept by what the restaurants announce: an order is priced without asking anybody.
      create table menus (
        restaurant_id text primary key,
        name text not null,
        currency text not null,
        lat float8 not null,
        lon float8 not null,
        version int not null,
        open boolean not null default true
      );
      create table menu_items (
        restaurant_id text,
        item_id text,
        name text not null,
        price bigint not null,
        available boolean not null,
        modifiers json not null,
        primary key (restaurant_id, item_id)
      );

      -- What customers follow: one row per order, made of what all modules announce.
      create table tracking (
        order_id text primary key,
        version int not null,
        parts jsonb not null,
        timeline jsonb not null,
        updated_at timestamptz not null default clock_timestamp()
      ) with (fillfactor = 60);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table orders, menus, menu_items, tracking');
  }
}
