import type { MigrationInterface, QueryRunner } from 'typeorm';

const outcome = (from: string, to: string, key: string, newKey: string) => `
  update sagas set state = jsonb_set(state::jsonb #- '{data,${from}}', '{data,${to}}',
    case when state #>> '{data,${from},${key}}' is null then 'null'::jsonb
      else (state::jsonb #> '{data,${from}}') - '${key}' || jsonb_build_object('${newKey}', state::jsonb #> '{data,${from},${key}}') end)
  where name = 'order.fulfil-order' and state::jsonb #> '{data}' ? '${from}'`;

/** What a fulfilment remembers of the courier's way is called by its name. */
export class RenameDeliveryOutcome1700000000103 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(outcome('ride', 'deliveryOutcome', 'brought', 'delivered'));
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(outcome('deliveryOutcome', 'ride', 'delivered', 'brought'));
  }
}
