import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePayments1700000000100 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- The money of each order; amounts in the minor unit. An order has one payment: its primary key outgoing so.
      create table payments (
        order_id text primary key,
        status text not null check (status in
          ('authorizing', 'authorized', 'declined', 'in-doubt', 'capturing', 'captured', 'cancelling', 'cancelled', 'capture-failed')),
        currency text not null check (currency ~ '^[A-Z]{3}$'),
        asked bigint not null check (asked >= 0),
        authorized bigint not null,
        captured bigint not null check (captured >= 0),
        voided bigint not null check (voided >= 0),
        refunded bigint not null check (refunded >= 0),
        -- What has been shared out between restaurant, courier and us.
        settled bigint not null check (settled >= 0),
        -- A hold that nobody waits for any more and that is not yet released for certain.
        may_be_held boolean not null,
        -- The provider's token of the card, sealed; null as soon as it is not needed.
        sealed_token text,
        -- The rest of what the module remembers: the open call, adjustments, refunds, shares.
        detail json not null,
        version int not null,
        created_at timestamptz not null default clock_timestamp(),
        changed_at timestamptz not null default clock_timestamp(),
        check (refunded <= captured),
        check (captured + voided <= authorized),
        check (settled <= captured),
        check (status not in ('authorized', 'capturing', 'captured') or authorized > 0),
        check (sealed_token is null or status in ('authorizing', 'in-doubt', 'cancelling'))
      ) with (fillfactor = 60);

      -- Provider events that have been received: each counts once.
      create table webhook_events (
        event_id text primary key,
        received_at timestamptz not null default clock_timestamp()
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table payments, webhook_events');
  }
}
