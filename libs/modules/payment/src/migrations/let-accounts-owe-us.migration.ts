import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The party whose fault a refund is bears all of it, and may come to owe us; only what was taken for an order cannot be given out twice. And
 * the bank has a database of its own: its log is no table of this module any more.
 */
export class LetAccountsOweUs1700000000103 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ${keepBalances("case when account like 'clearing:%' then 0 end")}
      update accounts set floor = null where account not like 'clearing:%';
      drop table provider_log;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ${keepBalances("case when account <> 'provider' then 0 end")}
      update accounts set floor = 0 where account <> 'provider';
    `);
  }
}

/** As it was made with the ledger, but for the floor. */
const keepBalances = (floor: string) => `
  create or replace function keep_balances() returns trigger language plpgsql as $$
  begin
    insert into accounts (account, currency, balance, floor)
      select account, currency, 0, ${floor}
      from posted group by account, currency order by account, currency
      on conflict do nothing;
    perform from accounts a where (a.account, a.currency) in (select p.account, p.currency from posted p)
      order by a.account, a.currency for no key update;
    update accounts a set balance = a.balance + p.amount
      from (select account, currency, sum(amount) as amount from posted group by account, currency) p
      where a.account = p.account and a.currency = p.currency;
    return null;
  end $$;`;
