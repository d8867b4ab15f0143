import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A currency is a text like all others: `char(3)` pads what is shorter, and no other table of Thali has it. */
export class KeepCurrencyAsText1700000000102 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('alter table restaurants alter currency type text');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table restaurants alter currency type char(3)');
  }
}
