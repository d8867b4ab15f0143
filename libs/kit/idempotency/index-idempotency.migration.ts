import type { MigrationInterface, QueryRunner } from 'typeorm';

/** For {@link forgetAnswers}, which looks for the oldest. */
export class IndexIdempotency1700000000012 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('create index idempotency_keys_by_age on idempotency_keys (stored_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop index idempotency_keys_by_age');
  }
}
