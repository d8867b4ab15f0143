import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `database_time()` is the time by which leases, blocks, timers and offers end, in the module's schema. PostgreSQL inlines it, so it costs
 * what `clock_timestamp()` does, and like that it goes on within a statement. A test replaces it to move time instead of waiting for it.
 */
export class DatabaseTime1700000000017 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`create function database_time() returns timestamptz language sql as 'select clock_timestamp()'`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop function database_time()');
  }
}
