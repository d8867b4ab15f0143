import { Client } from 'pg';
import { peopleFor, type Thali, type ThaliOnStage } from './contestants/thali';
import type { Placed } from './load/customers';
import { quantile } from './measure';

/** What becomes of it when twice as many orders come as can be brought. */
export interface Overload {
  /** Orders per second delivered at most, at whatever rate they came. */
  readonly most: number;
  readonly offered: number;
  /** Orders per second delivered meanwhile. */
  readonly delivered: number;
  readonly refusals: {
    readonly count: number;
    /** Those that were not 503 or 429 with Retry-After. */
    readonly wrong: number;
    /** Milliseconds from the moment when the customer wanted to order. */
    readonly p50: number;
    readonly p99: number;
  };
  /** Orders accepted and not ended, second by second. */
  readonly backlog: readonly number[];
  /** Milliseconds after it was over until nobody was refused and orders took at most twice as long as usual; undefined: not while we looked. */
  readonly recoveredAfterMs: number | undefined;
}

const growthWorthHaving = 1.05;
const lowestRate = 50;
const rampUpMs = 2_000;
const secondMs = 1_000;
const recoverWithinMs = 20_000;

/** @param windowMs how long each rate is offered while looking for the most; three times as long for the overload. */
export async function overload(thali: Thali, windowMs: number, tell: (what: string) => void): Promise<Overload> {
  // What is measured is the door as it is by default.
  const stage = await thali.enter('delivered', { ...peopleFor('delivered'), THALI_MAX_LAG_MS: '' });
  const orders = new Client({ connectionString: thali.urlOf('order') });
  await orders.connect();
  try {
    const most = await findMost(stage, orders, windowMs, tell);
    tell(`${most.toFixed(0)} orders per second at most; now half as many, then twice as many, then half as many again`);
    const usual = await offer(stage, most / 2, windowMs);
    await stage.rest();
    const flood = await offer(stage, most * 2, windowMs * 3);
    const calm = await offer(stage, most / 2, recoverWithinMs);
    await stage.rest();
    const refused = flood.placed.filter(({ orderId }) => orderId === undefined);
    const waits = refused.map(({ plannedAt, answeredAt }) => answeredAt - plannedAt);
    return {
      most,
      offered: flood.placed.length / ((flood.to - flood.from) / secondMs),
      delivered: await countDelivered(orders, flood),
      refusals: {
        count: refused.length,
        wrong: refused.filter(({ status, retryAfter }) => ![503, 429].includes(status ?? 0) || !retryAfter).length,
        p50: quantile(waits, 0.5),
        p99: quantile(waits, 0.99),
      },
      backlog: await readBacklog(orders, flood.from, calm.to),
      recoveredAfterMs: await recovery(orders, calm, 2 * (await medianLife(orders, usual.from, usual.to))),
    };
  } finally {
    await orders.end();
    await stage.leave();
  }
}

interface Phase {
  readonly placed: readonly Placed[];
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

async function offer(stage: ThaliOnStage, perSecond: number, forMs: number): Promise<Phase> {
  const from = Date.now();
  const placed = await stage.offer({ perSecond, forMs, seed: Math.round(perSecond) });
  return { placed, from, to: from + forMs };
}

/** Offers more and more, until twice in a row no more is delivered. */
async function findMost(
  stage: ThaliOnStage,
  orders: Client,
  windowMs: number,
  tell: (what: string) => void,
): Promise<number> {
  let most = 0;
  let inVain = 0;
  for (let rate = lowestRate; inVain < 2; rate *= 1.4) {
    const delivered = await countDelivered(orders, await offer(stage, rate, windowMs));
    tell(`${rate.toFixed(0)} orders per second come, ${delivered.toFixed(0)} are delivered`);
    await stage.rest();
    inVain = delivered < most * growthWorthHaving ? inVain + 1 : 0;
    most = Math.max(most, delivered);
  }
  return most;
}

/** Per second, without the beginning, when nothing can have been delivered yet. */
async function countDelivered(orders: Client, { from, to }: Phase): Promise<number> {
  const { rows } = await orders.query<{ count: number }>(
    `select count(*)::int as count from "order".events where type = 'Delivered'
     and recorded_at >= to_timestamp($1::float8 / 1000) and recorded_at < to_timestamp($2::float8 / 1000)`,
    [from + rampUpMs, to],
  );
  return (rows[0]?.count ?? 0) / ((to - from - rampUpMs) / secondMs);
}

async function readBacklog(orders: Client, from: number, to: number): Promise<number[]> {
  const { rows } = await orders.query<{ second: number; more: number }>(
    `select floor((extract(epoch from recorded_at) * 1000 - $1::float8) / 1000)::int as second,
       sum(case type when 'Placed' then 1 else -1 end)::int as more
     from "order".events where type in ('Placed', 'Delivered', 'Cancelled')
       and recorded_at >= to_timestamp($1::float8 / 1000) and recorded_at < to_timestamp($2::float8 / 1000)
     group by 1`,
    [from, to],
  );
  const changes = new Map(rows.map(({ second, more }) => [second, more]));
  let underWay = 0;
  return Array.from({ length: Math.ceil((to - from) / secondMs) }, (_, second) => {
    underWay += changes.get(second) ?? 0;
    return underWay;
  });
}

/** Milliseconds from placed to delivered, of the orders placed in this time: the median. */
async function medianLife(orders: Client, from: number, to: number): Promise<number> {
  const { rows } = await orders.query<{ median: number | null }>(
    `select percentile_disc(0.5) within group (order by extract(epoch from d.recorded_at - p.recorded_at)::float8 * 1000) as median
     from "order".events p join "order".events d on d.stream_id = p.stream_id and d.type = 'Delivered'
     where p.type = 'Placed' and p.recorded_at >= to_timestamp($1::float8 / 1000) and p.recorded_at < to_timestamp($2::float8 / 1000)`,
    [from, to],
  );
  return rows[0]?.median ?? 0;
}

async function recovery(orders: Client, { placed, from, to }: Phase, bearableMs: number): Promise<number | undefined> {
  let well: number | undefined;
  for (let second = from; second + secondMs <= to; second += secondMs) {
    const here = placed.filter(({ plannedAt }) => plannedAt >= second && plannedAt < second + secondMs);
    const isWell =
      here.every(({ orderId }) => orderId !== undefined) &&
      (await medianLife(orders, second, second + secondMs)) <= bearableMs;
    well = isWell ? (well ?? second - from) : undefined;
  }
  return well;
}

/** For people. */
export function printOverload({ most, offered, delivered, refusals, backlog, recoveredAfterMs }: Overload): string {
  const whole = (value: number) => value.toFixed(0);
  const recovered =
    recoveredAfterMs === undefined ? 'never, while we looked' : `${recoveredAfterMs / secondMs} s later`;
  return [
    `at most        ${whole(most)} orders per second delivered`,
    `offered        ${whole(offered)} per second: ${whole(delivered)} delivered, ${(delivered / most).toFixed(2)} of the most`,
    `refused        ${refusals.count}, p50 ${whole(refusals.p50)} ms, p99 ${whole(refusals.p99)} ms; ${refusals.wrong} without 503 or 429 and Retry-After`,
    `under way      ${Math.max(...backlog)} orders at most; each second: ${backlog.join(' ')}`,
    `as usual again ${recovered}`,
  ].join('\n');
}
