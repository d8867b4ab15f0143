import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A double-entry ledger that the database itself keeps honest, whatever writes to it. */
export class CreateLedger1700000000101 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table accounts (
        account text,
        currency text,
        balance bigint not null,
        -- Null for the account where money comes from.
        floor bigint,
        primary key (account, currency),
        check (balance >= floor)
      ) with (fillfactor = 50);

      create table transfers (
        order_id text,
        what text,
        made_at timestamptz not null default clock_timestamp(),
        primary key (order_id, what)
      );

      create table postings (
        order_id text,
        what text,
        account text,
        currency text,
        amount bigint not null check (amount <> 0),
        primary key (order_id, what, account, currency),
        foreign key (order_id, what) references transfers
      );

      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op) using errcode = 'restrict_violation';
      end $$;
      create trigger append_only before update or delete or truncate on transfers execute function refuse_change();
      create trigger append_only before update or delete or truncate on postings execute function refuse_change();

      -- At commit, when all postings are there.
      create function refuse_unbalanced() returns trigger language plpgsql as $$
      begin
        perform from postings p where p.order_id = new.order_id and p.what = new.what
          group by p.currency having sum(p.amount) <> 0 or count(*) < 2;
        if found or not exists (select from postings p where p.order_id = new.order_id and p.what = new.what) then
          raise exception 'transfer % of % does not balance', new.what, new.order_id using errcode = 'check_violation';
        end if;
        return null;
      end $$;
      create constraint trigger balanced after insert on transfers deferrable initially deferred
        for each row execute function refuse_unbalanced();
      create constraint trigger balanced after insert on postings deferrable initially deferred
        for each row execute function refuse_unbalanced();

      -- A balance moves in the statement that posts, one step per account; accounts are locked in one order, so that no two wait
      -- for each other.
      create function keep_balances() returns trigger language plpgsql as $$
      begin
        insert into accounts (account, currency, balance, floor)
          select account, currency, 0, case when account <> 'provider' then 0 end
          from posted group by account, currency order by account, currency
          on conflict do nothing;
        perform from accounts a where (a.account, a.currency) in (select p.account, p.currency from posted p)
          order by a.account, a.currency for no key update;
        update accounts a set balance = a.balance + p.amount
          from (select account, currency, sum(amount) as amount from posted group by account, currency) p
          where a.account = p.account and a.currency = p.currency;
        return null;
      end $$;
      create trigger keep_balances after insert on postings referencing new table as posted
        for each statement execute function keep_balances();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      'drop table postings, transfers, accounts; drop function refuse_change, refuse_unbalanced, keep_balances',
    );
  }
}
