import { Injectable } from '@nestjs/common';
import type { OrderId } from '@thali/contracts';
import { EventStore, type Loaded, type StoredEvent } from '@thali/kit/event-store';
import { send } from '@thali/kit/messaging';
import { Database, type Tx } from '@thali/kit/postgres';
import { announce } from './domain/announce';
import { Orders } from './entities';
import { OrderTrackingView } from './order-tracking.view';
import { orderNotFound } from './domain/errors';
import { decide, evolve, noOrder, type Order, type OrderCommand, type OrderEvent } from './domain/order';

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
   * Loads an order that exists, to be told something. @throws {DomainError} when it is told: `order.not-found`, or the order's own refusal.
   */
  open(tx: Tx, orderId: OrderId): (commands: readonly OrderCommand[]) => Promise<Loaded<Order>> {
    const loading = this.load(tx, orderId);
    loading.catch(() => {}); // Each command that is told rejects with it.
    return async (commands) => {
      const loaded = await loading;
      if (loaded.version === 0) throw orderNotFound(orderId);
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

  /** Places a new order. */
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
    if (loaded.version === 0) tx.defer(Orders.insert, summaryOf(changed));
    else tx.defer(Orders.update, summaryOf(changed));
    this.events.append(tx, orderId, loaded, events);
    for (const event of events) {
      const announcement = announce(orderId, event);
      send(tx, announcement);
      this.tracking.note(tx, announcement);
    }
    return changed;
  }
}

/** The order as it stands, beside the events that made it so: `status` is always their fold. */
function summaryOf({ state, version }: Loaded<Order>) {
  if (state.status === 'new') throw new Error('an order without events has no summary');
  const { orderId, customerId, restaurantId, status, placedAt } = state;
  const { restaurantName, lines, total, fee, cancelling, reason } = state;
  const summary = { restaurantName, lines, total, fee, cancelling, reason };
  return { orderId, customerId, restaurantId, status, version, summary, placedAt };
}
