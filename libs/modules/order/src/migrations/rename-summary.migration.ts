import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an order is, beside the columns that it is looked up by, is called its summary. */
export class RenameSummary1700000000105 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('alter table orders rename what to summary');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table orders rename summary to what');
  }
}
