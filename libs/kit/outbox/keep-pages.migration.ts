import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A queue is empty again and again, and grows again. To give the pages at its end back to the disk, a vacuum would lock everybody out
 * each time; they stay.
 */
export class KeepPages1700000000015 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const queue of queues) await db.query(`alter table ${queue} set (vacuum_truncate = off)`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const queue of queues) await db.query(`alter table ${queue} reset (vacuum_truncate)`);
  }
}

const queues = ['outbox', 'inbox', 'timers'];
