import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Turns the two tables that grow with every message into one table per week each, so that an old week can be dropped as a whole.
 * {@link Retention} makes and drops the weeks; rows of any other week go to the default partition.
 */
export class PartitionByWeek1700000000011 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table messages rename to old_messages;
      alter table old_messages rename constraint messages_pkey to old_messages_pkey;
      -- Message ids begin with their time. That (key, key_version) is unique is the work of message_keys.
      create table messages (like old_messages including defaults, primary key (message_id)) partition by range (message_id);
      create index on messages (key, key_version);
      create table messages_strays partition of messages default;
      insert into messages select * from old_messages;
      drop table old_messages;

      alter table handled rename to old_handled;
      alter table old_handled rename constraint handled_pkey to old_handled_pkey;
      -- Before PostgreSQL 17 partitions have no identity columns.
      create sequence handled_position;
      create table handled (like old_handled including defaults, primary key (subscription, message_id)) partition by range (message_id);
      alter table handled alter position set default nextval('handled_position');
      alter sequence handled_position owned by handled.position;
      create table handled_strays partition of handled default;
      insert into handled select * from old_handled;
      select setval('handled_position', coalesce(max(position), 0) + 1, false) from handled;
      drop table old_handled;

      -- Up to where weeks may have been dropped: messages from before may be missing in both tables.
      create table horizon (before uuid not null, at timestamptz not null);
      insert into horizon values ('00000000-0000-0000-0000-000000000000', '-infinity');
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table messages rename to weekly_messages;
      create table messages (like weekly_messages including defaults);
      insert into messages select * from weekly_messages;
      drop table weekly_messages;
      alter table messages add primary key (message_id), add unique (key, key_version);

      alter table handled rename to weekly_handled;
      create table handled (like weekly_handled);
      insert into handled select * from weekly_handled;
      drop table weekly_handled;
      alter table handled add primary key (subscription, message_id), alter position add generated always as identity;
      select setval(pg_get_serial_sequence('handled', 'position'), coalesce(max(position), 0) + 1, false) from handled;
      drop table horizon;
    `);
  }
}
