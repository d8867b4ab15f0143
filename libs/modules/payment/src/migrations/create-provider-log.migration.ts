import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The simulated provider's own books. The rest of the module never reads them: they are the witness of what was charged. */
export class CreateProviderLog1700000000102 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table provider_log (
        order_id text,
        number int,
        key text not null,
        operation text not null,
        currency text not null,
        amount bigint not null,
        token text,
        outcome text not null check (outcome in ('done', 'refused')),
        reason text,
        reference text not null,
        logged_at timestamptz not null default clock_timestamp(),
        primary key (order_id, number)
      );
      create trigger append_only before update or delete or truncate on provider_log execute function refuse_change();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table provider_log');
  }
}
