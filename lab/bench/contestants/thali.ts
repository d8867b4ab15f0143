import { firstTypeIdAt } from '@thali/kit/core';
import { Client } from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { waitForRest, type UrlOf } from '@thali/tools/audit';
import { fillMs } from '../load/arrivals';
import type { ClosedLoop, Goal, OpenLoop, Placed } from '../load/customers';
import { costOf, type Meter, type Processes } from '../measure';
import { Program } from '../program';
import type { Contestant, Letter, Performance, Sample, Times } from './contestant';
import { Servers, type Server } from './servers';

export interface Deployment {
  readonly letter: Letter;
  readonly name: string;
  readonly levels: readonly number[];
  /** All but what people take; the front door last. */
  readonly servers: readonly Server[];
  readonly urlOf: UrlOf;
  /** Process ids of the broker, if there is one. */
  readonly broker?: readonly number[];
  readonly logFile: string;
}

const lookEveryMs = 250;
const restWithinMs = 120_000;
const anHourMs = 3_600_000;

/** People and banks answer at once, so that the system is measured and not they. A goal is where the kitchen stops. */
export function peopleFor(goal: Goal, answerMs = 1): Record<string, string> {
  return {
    THALI_AUTOPILOT_ACCEPT_MS: `${answerMs}`,
    THALI_AUTOPILOT_PREPARE_MS: `${goal === 'confirmed' ? anHourMs : answerMs}`,
    THALI_AUTOPILOT_FINISH_MS: `${answerMs}`,
    THALI_AUTOPILOT_PICK_UP_MS: `${answerMs}`,
    THALI_AUTOPILOT_DELIVER_MS: `${answerMs}`,
    THALI_BANK_FASTEST_MS: '1',
    THALI_BANK_SLOWEST_MS: '2',
    // A queue at full load is what is wanted here, not a fault.
    THALI_MAX_LAG_MS: '600000',
    THALI_HOLD_MONEY_WITHIN_MS: '600000',
    THALI_DELIVERY_OFFER_WITHIN_MS: '600000',
    THALI_DELIVERY_SEARCH_WITHIN_MS: '600000',
    THALI_PAYMENT_ANSWER_WITHIN_MS: '60000',
  };
}

/** Thali itself, over HTTP. */
export class Thali implements Contestant {
  constructor(
    private readonly deployment: Deployment,
    private readonly meter: Meter,
  ) {}

  get letter(): Letter {
    return this.deployment.letter;
  }

  get name(): string {
    return this.deployment.name;
  }

  get levels(): readonly number[] {
    return this.deployment.levels;
  }

  get urlOf(): UrlOf {
    return this.deployment.urlOf;
  }

  async enter(goal: Goal, people = peopleFor(goal)): Promise<ThaliOnStage> {
    const { servers, logFile } = this.deployment;
    const running = await Servers.start(
      servers.map((server) => ({ ...server, env: { ...server.env, ...people } })),
      logFile,
    );
    const stage = new ThaliOnStage(this.deployment, this.meter, goal, running);
    if (goal === 'delivered') await stage.finishOrders();
    return stage;
  }
}

export class ThaliOnStage implements Performance {
  private readonly customers = Program.start<ClosedLoop | OpenLoop, Placed[]>('load/customers.js');

  private readonly firstOrder = firstTypeIdAt('ord', Date.now() - anHourMs);

  constructor(
    private readonly deployment: Deployment,
    private readonly meter: Meter,
    private readonly goal: Goal,
    private readonly servers: Servers,
  ) {}

  get url(): string {
    return this.servers.url;
  }

  async run(inFlight: number, { warmUpMs, windowMs }: Times): Promise<Sample> {
    const { url, goal } = this;
    const ordersUrl = this.deployment.urlOf('order');
    const began = Date.now();
    const placing = this.customers.do({ kind: 'closed loop', url, ordersUrl, goal, inFlight });
    placing.catch(() => {}); // Awaited below.
    await pause(fillMs(inFlight));
    await this.untilFirstArrival(began);
    await pause(warmUpMs);
    const from = await this.meter.read(this.processes);
    await pause(windowMs);
    const to = await this.meter.read(this.processes);
    this.customers.stop();
    await placing;
    const orders = await this.countArrivals(from.at, to.at);
    if (orders === 0) throw new Error(`no order was ${goal} in ${windowMs} ms: measure longer, with --seconds`);
    await this.rest();
    return { ordersPerSecond: (orders / (to.at - from.at)) * 1_000, cost: costOf(from, to, orders) };
  }

  /** Customers who come at random, so many a second, whatever becomes of their orders. */
  offer(arrivals: { perSecond: number; forMs: number; seed: number }): Promise<Placed[]> {
    return this.customers.do({ kind: 'open loop', url: this.url, ...arrivals });
  }

  /** As {@link offer}, until their orders have ended. @returns how long each waited for what. */
  async serve(arrivals: { perSecond: number; forMs: number; seed: number }): Promise<Waits[]> {
    const placed = await this.offer(arrivals);
    await this.rest();
    const reached = await this.readArrivals(placed.flatMap(({ orderId }) => orderId ?? []));
    return placed.map(({ orderId, plannedAt, answeredAt }) => {
      const { confirmed, delivered } = reached.get(orderId ?? '') ?? {};
      const since = (at: number | undefined) => (at === undefined ? undefined : at - plannedAt);
      return {
        answered: orderId === undefined ? undefined : answeredAt - plannedAt,
        confirmed: since(confirmed),
        delivered: since(delivered),
      };
    });
  }

  /** Has the kitchens go on that were to stop after the confirmation, and waits until every order is delivered. */
  async finishOrders(): Promise<void> {
    await this.query('restaurant', 'update restaurant.timers set due_at = clock_timestamp()');
    await this.rest();
  }

  /** All that were ever placed. */
  async countOrders(): Promise<{ orders: number; undelivered: number }> {
    const [row] = await this.query<{ orders: number; undelivered: number }>(
      'order',
      `select count(*)::int as orders, count(*) filter (where status <> 'delivered')::int as undelivered from "order".orders`,
    );
    return row!;
  }

  async leave(): Promise<void> {
    await this.customers.end();
    await this.servers.stop();
  }

  /** Whose processor time is counted. */
  get processes(): Processes {
    const { broker } = this.deployment;
    return { program: this.servers.pids, customers: [this.customers.pid], ...(broker && { broker }) };
  }

  /** With a confirmed order nothing is over but the day: the rest comes with {@link finishOrders}. */
  async rest(): Promise<void> {
    if (this.goal === 'confirmed') return;
    const outstanding = await waitForRest(this.deployment.urlOf, restWithinMs);
    if (Object.keys(outstanding).length > 0) throw new Error(`orders do not end: ${JSON.stringify(outstanding)}`);
  }

  private async untilFirstArrival(since: number): Promise<void> {
    const until = performance.now() + restWithinMs;
    while ((await this.countArrivals(since, Date.now())) === 0) {
      if (performance.now() > until) throw new Error(`no order is ${this.goal}; see ${this.deployment.logFile}`);
      await pause(lookEveryMs);
    }
  }

  private async countArrivals(from: number, to: number): Promise<number> {
    const [row] = await this.query<{ count: number }>(
      'order',
      // By their ids, which begin with their time: there may be a million others.
      `select count(*)::int as count from "order".events where type = $1 and stream_id >= $4
       and recorded_at >= to_timestamp($2::float8 / 1000) and recorded_at < to_timestamp($3::float8 / 1000)`,
      [this.goal === 'confirmed' ? 'Confirmed' : 'Delivered', from, to, this.firstOrder],
    );
    return row?.count ?? 0;
  }

  private async readArrivals(orderIds: readonly string[]) {
    const rows = await this.query<{ id: string; type: string; at: number }>(
      'order',
      `select stream_id as id, lower(type) as type, extract(epoch from recorded_at)::float8 * 1000 as at from "order".events
       where stream_id = any($1) and type in ('Confirmed', 'Delivered')`,
      [orderIds],
    );
    const reached = new Map<string, Partial<Record<Goal, number>>>();
    for (const { id, type, at } of rows) reached.set(id, { ...reached.get(id), [type]: at });
    return reached;
  }

  private async query<Row extends object>(
    module: 'order' | 'restaurant',
    sql: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    const client = new Client({ connectionString: this.deployment.urlOf(module) });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }
}

/** Milliseconds from when an order was to be placed; undefined when it did not come to that. */
export interface Waits {
  readonly answered: number | undefined;
  readonly confirmed: number | undefined;
  readonly delivered: number | undefined;
}
