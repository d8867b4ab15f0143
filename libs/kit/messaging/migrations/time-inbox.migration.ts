import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds when a message was stored: `recorded_at` is by the clock of the producer's database, and from before its transport. */
export class TimeInbox1700000000012 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table inbox add stored_at timestamptz not null default clock_timestamp();
      -- Dead letters have the columns of the inbox in the same order, and then their own.
      alter table dead_letters rename died_at to stored_at;
      alter table dead_letters add died_at timestamptz;
      update dead_letters set died_at = stored_at;
      alter table dead_letters alter died_at set not null;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table inbox drop stored_at;
      alter table dead_letters drop stored_at;
    `);
  }
}
