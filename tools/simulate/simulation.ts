import { setMaxListeners } from 'node:events';
import type { Witness } from '../audit/witness';
import { Api } from './api';
import { Cook } from './cook';
import { Courier } from './courier';
import { Customer, type Ending } from './customer';
import { Paths } from './paths';
import { Random } from './random';
import { writeScripts, type Script } from './script';
import { Stage } from './stage';
import { prepareTown, tidyTown, type Town } from './town';

export interface SimulationOptions {
  readonly url: string;
  readonly orders: number;
  /** Customers who wait for a meal at the same time. */
  readonly concurrency: number;
  /** The same seed makes the same plans; who is faster than whom is another matter. */
  readonly seed: number;
  /** How long somebody asks again who gets no answer. */
  readonly shedAfterMs?: number;
}

/** What a run has come to. */
export interface Outcome {
  readonly endings: readonly Ending[];
  /** From the first order to the last ending. */
  readonly tookMs: number;
  readonly paths: Paths;
  readonly witness: Witness;
  /** One of the couriers who signed up: by them a database is recognised. */
  readonly courierId: string;
}

export interface Progress {
  readonly orders: number;
  readonly ended: number;
  readonly inFlight: number;
}

const longestLookMs = 800;
/** All customers together look no more often than once in this time. */
const looksApartMs = 10;

/** A busy evening: customers, cooks and couriers who know Thali only by its public HTTP API. */
export class Simulation {
  private readonly api: Api;
  private readonly paths = new Paths();
  private readonly customers: Customer[] = [];
  private readonly endings: Ending[] = [];
  private readonly over = new AbortController();
  private stopped = false;

  constructor(private readonly options: SimulationOptions) {
    this.api = new Api(options.url, options.shedAfterMs);
  }

  get progress(): Progress {
    const ended = this.endings.length;
    return { orders: this.options.orders, ended, inFlight: this.customers.length - ended };
  }

  /** No new orders; those under way go on to their end. */
  stop(): void {
    this.stopped = true;
  }

  /** @throws {Error} when nobody is open, or a request of somebody went unanswered for longer than they had patience. */
  async run(): Promise<Outcome> {
    const { orders, concurrency, seed } = this.options;
    const random = new Random(seed);
    const name = `sim-${seed}-${Date.now().toString(36)}`;
    const town = await prepareTown(this.api, orders);
    const stage = new Stage(this.paths, Math.max(longestLookMs, concurrency * looksApartMs));
    const cooks = town.restaurants
      .filter(({ autopilot }) => !autopilot)
      .map(({ restaurantId }) => new Cook(this.api, restaurantId, stage));
    const couriers = await this.hire(town, stage, name);
    setMaxListeners(cooks.length + couriers.length, this.over.signal);
    const work = Promise.all([...cooks, ...couriers].map((actor) => actor.work(this.over.signal)));
    try {
      const began = performance.now();
      await Promise.race([this.serve(writeScripts(town, orders, random, name), stage), work]);
      const tookMs = performance.now() - began;
      const witness = { intentions: this.customers.map(({ intention }) => intention) };
      return { endings: this.endings, tookMs, paths: this.paths, witness, courierId: couriers[0]?.courierId ?? '' };
    } finally {
      this.stop();
      this.over.abort();
      await Promise.allSettled([work, tidyTown(this.api, town), ...couriers.map((courier) => courier.endShift())]);
      this.api.close();
    }
  }

  /** A courier who steers themselves at every restaurant; and enough on autopilot that no meal gets cold. */
  private async hire({ restaurants }: Town, stage: Stage, name: string): Promise<Courier[]> {
    const machines = Array.from({ length: Math.ceil(this.options.concurrency / 4) }, (_, at) => ({
      location: restaurants[at % restaurants.length]!.location,
      autopilot: true,
    }));
    const people = restaurants.map(({ location }) => ({ location, autopilot: false }));
    const hired = [...people, ...machines].map((who, at) =>
      Courier.signUp(this.api, { ...who, key: `${name}-courier-${at + 1}` }, stage),
    );
    return Promise.all(hired);
  }

  /** So many customers at a time, as long as there are scripts. */
  private async serve(scripts: readonly Script[], stage: Stage): Promise<void> {
    const next = scripts.values();
    const serveSome = async () => {
      for (const script of next) {
        if (this.stopped) return;
        this.paths.plan(script);
        const customer = new Customer(this.api, script, stage);
        this.customers.push(customer);
        const ending = await customer.order();
        this.paths.conclude(script, ending);
        this.endings.push(ending);
      }
    };
    await Promise.all(Array.from({ length: this.options.concurrency }, serveSome));
  }
}
