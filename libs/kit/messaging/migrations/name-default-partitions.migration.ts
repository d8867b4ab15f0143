import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Names the default partitions what PostgreSQL calls them. */
export class NameDefaultPartitions1700000000016 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table messages_strays rename to messages_default;
      alter table handled_strays rename to handled_default;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table messages_default rename to messages_strays;
      alter table handled_default rename to handled_strays;
    `);
  }
}
