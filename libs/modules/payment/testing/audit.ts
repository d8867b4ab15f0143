/** True at every instant. Each gives the rows that break it. */
const invariants: Readonly<Record<string, string>> = {
  'M1 every transfer has two postings or more and sums to zero': `
    select order_id, what from transfers t left join postings p using (order_id, what)
    group by order_id, what, p.currency having count(p.*) < 2 or sum(p.amount) <> 0`,
  'M2 all postings sum to zero': 'select currency, sum(amount) from postings group by currency having sum(amount) <> 0',
  'M3 a balance is the sum of its postings': `
    select account, currency, a.balance, sum(p.amount) from accounts a full join postings p using (account, currency)
    group by account, currency, a.balance, a.floor
    having a.balance is distinct from sum(p.amount) or a.balance < a.floor`,
  'M5 the bank took money once at most of each hold, and no more than was agreed': `
    select l.order_id from (
      select order_id, intent, count(*) as captures, sum(amount) as taken from provider_log
      where operation = 'capture' and outcome = 'done' group by order_id, intent
    ) l join payments p using (order_id)
    group by l.order_id, p.detail ->> 'agreed', p.asked
    having max(captures) > 1 or sum(taken) > greatest((p.detail ->> 'agreed')::bigint, p.asked)`,
};

/** True when nothing is under way. */
const invariantsAtRest: Readonly<Record<string, string>> = {
  'M4 nothing waits in clearing for an order that is over': `
    select order_id, balance from accounts join payments on account = 'clearing:' || order_id
    where balance <> 0 and (status = 'cancelled' or detail ->> 'courierId' is not null)`,
  'M6 provider, payments and ledger agree': `
    with provider as (
      select order_id, coalesce(sum(amount) filter (where operation = 'capture'), 0) as captured,
        coalesce(sum(amount) filter (where operation = 'refund'), 0) as refunded
      from provider_log where outcome = 'done' group by order_id
    ), ledger as (
      select order_id, coalesce(-sum(amount) filter (where what like 'capture/%'), 0) as captured,
        coalesce(sum(amount) filter (where what like 'refund/%'), 0) as refunded
      from postings where account = 'provider' group by order_id
    )
    select order_id, p.captured, v.captured, l.captured, p.refunded, v.refunded, l.refunded
    from payments p full join provider v using (order_id) full join ledger l using (order_id)
    where (coalesce(p.captured, 0), coalesce(p.refunded, 0)) <> (coalesce(v.captured, 0), coalesce(v.refunded, 0))
      or (coalesce(p.captured, 0), coalesce(p.refunded, 0)) <> (coalesce(l.captured, 0), coalesce(l.refunded, 0))`,
  'M12 nothing stays held for an order that is over': `
    select order_id from payments
    where status in ('cancelled', 'declined') and (authorized > captured + voided or may_be_held)`,
  'M13 what was taken and not given back is shared out': `
    select (select coalesce(sum(balance), 0) from accounts where account ~ '^(restaurant:|courier:|fees$|tax$|losses$)') as shared,
      (select coalesce(sum(captured - refunded - coalesce((select sum((d ->> 'withdrawn')::bigint) from json_array_elements(detail -> 'disputes') d), 0)), 0) from payments where status = 'cancelled' or detail ->> 'courierId' is not null) as taken
    where (select coalesce(sum(balance), 0) from accounts where account ~ '^(restaurant:|courier:|fees$|tax$|losses$)')
      <> (select coalesce(sum(captured - refunded - coalesce((select sum((d ->> 'withdrawn')::bigint) from json_array_elements(detail -> 'disputes') d), 0)), 0) from payments where status = 'cancelled' or detail ->> 'courierId' is not null)`,
};

/** Everything that is wrong with the money, with the evidence; nothing may be under way. */
export async function wrongs(read: (sql: string) => Promise<object[]>): Promise<Record<string, object[]>> {
  const all = Object.entries({ ...invariants, ...invariantsAtRest });
  const found = await Promise.all(all.map(async ([name, sql]) => [name, await read(sql)] as const));
  return Object.fromEntries(found.filter(([, rows]) => rows.length > 0));
}
