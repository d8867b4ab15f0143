import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateSagas1700000000004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Processes over several modules: where each of them stands, and what has become of its steps (in state.ledger).
      create table sagas (
        name text,
        saga_id text,
        definition_version int not null,
        status text not null,
        step text,
        alarm text,
        state json not null,
        version int not null,
        started_at timestamptz not null default clock_timestamp(),
        updated_at timestamptz not null default clock_timestamp(),
        primary key (name, saga_id)
      ) with (fillfactor = 70);
      create index on sagas (updated_at) where alarm is not null;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table sagas');
  }
}
