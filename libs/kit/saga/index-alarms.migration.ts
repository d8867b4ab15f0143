import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Finds the sagas that wait for a person by what does not change. An index over `updated_at`, which every step changes, kept PostgreSQL from
 * updating any saga in place (HOT), even those that were never in it.
 */
export class IndexAlarms1700000000014 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('create index sagas_with_alarm on sagas (name, saga_id) where alarm is not null');
    await db.query('drop index sagas_updated_at_idx');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('create index sagas_updated_at_idx on sagas (updated_at) where alarm is not null');
    await db.query('drop index sagas_with_alarm');
  }
}
