import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateIdempotency1700000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- The answers already given to requests that carried an Idempotency-Key.
      create table idempotency_keys (
        principal text,
        route text,
        key text,
        fingerprint text not null,
        answer json not null,
        stored_at timestamptz not null default clock_timestamp(),
        primary key (principal, route, key)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table idempotency_keys');
  }
}
