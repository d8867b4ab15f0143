import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateEventStore1700000000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- What has happened to each aggregate. Append-only.
      create table events (
        stream_id text,
        version int check (version > 0),
        type text not null,
        data jsonb not null,
        correlation_id text not null,
        causation_id uuid,
        recorded_at timestamptz not null default clock_timestamp(),
        primary key (stream_id, version)
      );
      create function refuse_change() returns trigger language plpgsql as $$
        begin raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation'; end $$;
      create trigger append_only before update or delete or truncate on events
        for each statement execute function refuse_change();

      -- Shortcuts for long streams; may be deleted at any time.
      create table snapshots (stream_id text primary key, version int not null, state json not null);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table events, snapshots; drop function refuse_change');
  }
}
