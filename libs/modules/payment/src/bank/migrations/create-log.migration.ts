import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The bank's log: all that it was asked to do, and what became of it. It is the witness of what was charged. */
export class CreateLog1700000000400 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table provider_log (
        intent text,
        number int,
        -- The shop's own name for what the intent is about.
        order_id text not null,
        operation text not null check (operation in
          ('create', 'authorize', 'increase', 'capture', 'void', 'refund', 'dispute', 'payout')),
        currency text not null,
        amount bigint not null check (amount >= 0),
        token text,
        outcome text not null check (outcome in ('done', 'refused')),
        reason text,
        reference text not null,
        -- Of the request: the key that its sender gave it, what it asked for, and how it was answered.
        key text unique,
        fingerprint text,
        status int,
        response json,
        metadata json,
        logged_at timestamptz not null default clock_timestamp(),
        primary key (intent, number)
      );
      create index on provider_log (order_id);

      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op) using errcode = 'restrict_violation';
      end $$;
      create trigger append_only before update or delete or truncate on provider_log execute function refuse_change();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table provider_log; drop function refuse_change');
  }
}
