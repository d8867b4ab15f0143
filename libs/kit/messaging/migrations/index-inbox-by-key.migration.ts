import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Finds the rows of a key, and serves nothing else: as long as the statistics said that the inbox was small, an index that begins with the
 * subscription was used to find the next rows, too.
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
