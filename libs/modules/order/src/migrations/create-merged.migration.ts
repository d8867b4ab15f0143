import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateMerged1700000000101 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Several changes of one row of a view, made one: later fields replace earlier ones.
      create aggregate merged(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}')`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop aggregate merged(jsonb)');
  }
}
