import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TrackWithFulfilment1700000000102 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Fulfilment notes these for customers from now on. What still waits for the view by itself would be read by nobody.
      with gone as (
        delete from inbox where subscription = 'order.track' and type not in ('payment.in-doubt', 'payment.refunded', 'restaurant.ticket-delayed')
        returning subscription, message_id, producer, key, key_version
      )
      insert into handled (subscription, message_id, producer, key, key_version)
      select subscription, message_id, producer, key, key_version from gone on conflict do nothing`);
  }

  async down(): Promise<void> {}
}
