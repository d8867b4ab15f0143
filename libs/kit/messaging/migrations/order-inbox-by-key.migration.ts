import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds whether the inbox holds rows of a key. A message has one key, so uniqueness stays the same. */
export class OrderInboxByKey1700000000013 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create unique index inbox_by_key on inbox (subscription, key, message_id);
      alter table inbox drop constraint inbox_subscription_message_id_key;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table inbox add unique (subscription, message_id);
      drop index inbox_by_key;
    `);
  }
}
