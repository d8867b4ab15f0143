import { Injectable } from '@nestjs/common';
import type { OrderId } from '@thali/contracts';
import { EventStore, type Loaded, type StoredEvent } from '@thali/kit/event-store';
import { send } from '@thali/kit/messaging';
import { Database, save, type Tx } from '@thali/kit/postgres';
import { announce } from './domain/announce';
import { OrderTrackingView } from './order-tracking.view';
import { decide, evolve, noOrder, unknownOrder, type Order, type OrderCommand, type OrderEvent } from './domain/order';

/** Orders: load, decide, append and announce, in the transaction given. */
@Injectable()
export class OrderRepository {
  private readonly events = new EventStore<Order, OrderEvent>({ initial: noOrder, evolve });

  constructor(
    private readonly db: Database,
    private readonly tracking: OrderTrackingView,
  ) {}

  load(tx: Tx, orderId: OrderId): Promise<Loaded<Order>> {
    return this.events.load(tx, orderId);
  }

  /**
   * Loads an order that exists, to be told something. @throws {DomainError} when it is told: `order.unknown`, or the order's own refusal.
   */
  open(tx: Tx, orderId: OrderId): (commands: readonly OrderCommand[]) => Promise<Loaded<Order>> {
    const loading = this.load(tx, orderId);
    loading.catch(() => {}); // Whoever tells it hears of it.
    return async (commands) => {
      const loaded = await loading;
      if (loaded.version === 0) throw unknownOrder(orderId);
      let order = loaded.state;
      const happened: OrderEvent[] = [];
      for (const command of commands) {
        const events = decide(order, command);
        order = events.reduce(evolve, order);
        happened.push(...events);
      }
      return this.append(tx, orderId, loaded, happened);
    };
  }

  /** Semaphore a new order. */
  place(tx: Tx, command: Extract<OrderCommand, { type: 'Place' }>): Loaded<Order> {
    return this.append(tx, command.orderId, { state: noOrder, version: 0 }, decide(noOrder, command));
  }

  /** An order's events, oldest first. */
  history(orderId: OrderId): Promise<StoredEvent[]> {
    return this.events.history(this.db, orderId);
  }

  /** The order that these events make. */
  fold(events: readonly StoredEvent[]): Order {
    return this.events.replay(events);
  }

  private append(tx: Tx, orderId: OrderId, loaded: Loaded<Order>, events: readonly OrderEvent[]): Loaded<Order> {
    if (events.length === 0) return loaded;
    const changed = { state: events.reduce(evolve, loaded.state), version: loaded.version + events.length };
    tx.defer(loaded.version === 0 ? insertSummary : updateSummary, summaryOf(changed, loaded.version));
    this.events.append(tx, orderId, loaded, events);
    for (const event of events) {
      const announcement = announce(orderId, event);
      send(tx, announcement);
      this.tracking.note(tx, announcement);
    }
    return changed;
  }
}

function summaryOf({ state, version }: Loaded<Order>, seen: number): Summary {
  if (state.status === 'new') throw new Error('an order without events has no summary');
  const { orderId, customerId, restaurantId, restaurantName, status, cancelling, reason, fee, total, lines, placedAt } =
    state;
  const what = { restaurantName, lines, total, fee, cancelling, reason };
  return { orderId, customerId, restaurantId, status, version, seen, what, placedAt };
}

interface Summary {
  orderId: string;
  customerId: string;
  restaurantId: string;
  status: string;
  version: number;
  seen: number;
  what: object;
  placedAt: string;
}

// The order as it stands, beside the events that made it so: `status` is always their fold.
const input = `json_to_recordset($1) as i(n int, "orderId" text, "customerId" text, "restaurantId" text, status text, version int, seen int,
    what json, "placedAt" timestamptz)`;

const insertSummary = save<Summary>(`
  insert into orders (order_id, customer_id, restaurant_id, status, version, what, placed_at)
  select "orderId", "customerId", "restaurantId", status, version, what, "placedAt" from ${input} order by n
  on conflict do nothing returning null::int as n`);

const updateSummary = save<Summary>(`
  update orders o set status = i.status, version = i.version, what = i.what from ${input}
  where o.order_id = i."orderId" and o.version = i.seen returning i.n`);
