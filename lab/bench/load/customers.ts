import { Client } from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { serve } from '../program';
import { Orders } from './orders';
import { fillMs, planArrivals } from './arrivals';

/** So many orders under way until it is told to stop: whenever one has reached the goal, the next is placed. */
export interface ClosedLoop {
  readonly kind: 'closed loop';
  readonly url: string;
  /** Of the database with the orders, to look which have reached the goal. */
  readonly ordersUrl: string;
  readonly goal: Goal;
  readonly inFlight: number;
}

/** Orders come at random moments that were chosen beforehand, whether or not the server keeps up. */
export interface OpenLoop {
  readonly kind: 'open loop';
  readonly url: string;
  readonly perSecond: number;
  readonly forMs: number;
  readonly seed: number;
}

export type Goal = 'confirmed' | 'delivered';

/** One order as its customer saw it. */
export interface Placed {
  /** Undefined when it was refused, or nobody answered. */
  readonly orderId: string | undefined;
  /** Undefined when nobody answered. */
  readonly status: number | undefined;
  /** In which a refusal says when to come again. */
  readonly retryAfter: string | undefined;
  /** When it was to be placed, and when the answer was there: in milliseconds since 1970. */
  readonly plannedAt: number;
  readonly answeredAt: number;
}

const lookEveryMs = 50;
/** Statuses that are beyond the goal count, too. */
const notThere: Readonly<Record<Goal, readonly string[]>> = {
  confirmed: ['placed'],
  delivered: ['placed', 'confirmed', 'preparing', 'ready', 'picked-up'],
};

async function keepInFlight({ url, ordersUrl, goal, inFlight }: ClosedLoop, stop: AbortSignal): Promise<Placed[]> {
  const orders = new Orders(url, inFlight);
  const database = new Client({ connectionString: ordersUrl });
  await database.connect();
  const underWay = new Set<string>();
  let asked = 0;
  const began = performance.now();
  const room = () => Math.min(1, (performance.now() - began) / fillMs(inFlight)) * inFlight;
  const order = async () => {
    asked++;
    const { orderId } = await orders.place(Date.now());
    asked--;
    if (orderId) underWay.add(orderId);
  };
  while (!stop.aborted) {
    for (let free = Math.floor(room()) - underWay.size - asked; free > 0; free--) void order();
    await pause(lookEveryMs);
    const { rows } = await database.query<{ id: string }>({
      name: 'arrived',
      text: 'select order_id as id from "order".orders where order_id = any($1) and status <> all($2)',
      values: [[...underWay], notThere[goal]],
    });
    for (const { id } of rows) underWay.delete(id);
  }
  await database.end();
  return orders.end();
}

async function comeAtRandom({ url, perSecond, forMs, seed }: OpenLoop): Promise<Placed[]> {
  const orders = new Orders(url, 1_024);
  const start = performance.timeOrigin + performance.now() + 10;
  for (const afterMs of planArrivals({ perSecond, forMs, seed })) {
    const plannedAt = start + afterMs;
    const early = plannedAt - (performance.timeOrigin + performance.now());
    if (early >= 1) await pause(early);
    void orders.place(plannedAt);
  }
  return orders.end();
}

serve<ClosedLoop | OpenLoop, Placed[]>((task, stop) =>
  task.kind === 'closed loop' ? keepInFlight(task, stop) : comeAtRandom(task),
);
