import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Finds what waits of a key, and cannot be taken for anything else: an index that begins with the subscription was taken for the one of
 * what is next as long as the inbox was known to be small.
 */
export class IndexInboxByKey1700000000015 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      drop index inbox_by_key;
      create unique index inbox_by_key on inbox ((subscription || ' ' || key), message_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop index inbox_by_key;
      create unique index inbox_by_key on inbox (subscription, key, message_id);
    `);
  }
}
