import { Injectable, type MessageEvent, type OnModuleDestroy } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { OrderId } from '@thali/contracts';
import { Log } from '@thali/kit/core';
import { Database } from '@thali/kit/postgres';
import { Observable, ReplaySubject, defer, filter, finalize, map, share, startWith, takeUntil } from 'rxjs';
import { TrackOrder, trackingChanged, type Tracking } from './order-tracking.view';

/** Changes made by another instance are found by looking again. */
const lookAgainMs = 1_000;
const ends = ['delivered', 'cancelled'];

/** An order that somebody follows. */
interface Watch {
  /** The trackings that are read from now on, the latest at once: one reading for all who follow the order. */
  readonly trackings: Observable<Tracking>;
  seen: number;
  /** Reads the tracking, now or after the reading in flight. */
  look: () => void;
}

/**
 * Streams an order's tracking, from how it stands to its end, or until the process stops: browsers then ask another one by themselves. What
 * streams cost depends on the orders that are followed and on their changes, hardly on how many follow them. While the database cannot be
 * read, streams wait.
 */
@Injectable()
export class FollowOrder implements OnModuleDestroy {
  /** Replayed: a stream may begin after it. */
  private readonly stopping = new ReplaySubject<void>(1);
  private readonly watches = new Map<OrderId, Watch>();
  private readonly timer = setInterval(() => void this.lookAgain(), lookAgainMs).unref();
  private isLooking = false;

  constructor(
    private readonly db: Database,
    private readonly queries: QueryBus,
    private readonly log: Log,
  ) {}

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.stopping.next();
  }

  /**
   * Tells how the order stands in any case: a process that stops may end the stream after that, not before.
   *
   * @throws {DomainError} when there is no such order.
   */
  async follow(orderId: OrderId): Promise<Observable<MessageEvent>> {
    const first = await this.queries.execute(new TrackOrder(orderId));
    let { version: seen } = first;
    const changes = defer(() => this.watch(orderId).trackings).pipe(
      filter(({ version }) => version > seen),
      map((tracking) => {
        seen = tracking.version;
        return eventOf(tracking);
      }),
    );
    return changes.pipe(takeUntil(this.stopping), startWith(eventOf(first)));
  }

  private watch(orderId: OrderId): Watch {
    const known = this.watches.get(orderId);
    if (known) return known;
    const watch: Watch = {
      seen: 0,
      look: () => {},
      trackings: new Observable<Tracking>((subscriber) => {
        this.watches.set(orderId, watch);
        watch.look = this.lookerAt(orderId, (tracking) => {
          watch.seen = tracking.version;
          subscriber.next(tracking);
          if (ends.includes(tracking.status)) subscriber.complete();
        });
        const changed = trackingChanged(orderId);
        const wake = () => watch.look();
        this.db.on(changed, wake);
        wake();
        return () => this.db.off(changed, wake);
      }).pipe(
        finalize(() => this.watches.delete(orderId)),
        share({ connector: () => new ReplaySubject<Tracking>(1) }),
      ),
    };
    return watch;
  }

  /** @returns what reads the tracking; asked while it reads, it reads once more after that. */
  private lookerAt(orderId: OrderId, tell: (tracking: Tracking) => void): () => void {
    let reading = false;
    let again = false;
    const look = async () => {
      again = reading;
      if (reading) return;
      reading = true;
      try {
        tell(await this.queries.execute(new TrackOrder(orderId)));
      } catch (error) {
        this.log.debug({ err: error, orderId }, 'tracking not readable');
      } finally {
        reading = false;
        if (again) void look();
      }
    };
    return () => void look();
  }

  /** Reads the trackings that have changed: one statement for all orders that are followed. */
  private async lookAgain(): Promise<void> {
    if (this.isLooking || this.watches.size === 0) return;
    this.isLooking = true;
    try {
      const rows = await this.db.read<{ orderId: OrderId; version: number }>(readVersions, [[...this.watches.keys()]]);
      for (const { orderId, version } of rows) {
        const watch = this.watches.get(orderId);
        if (watch && version > watch.seen) watch.look();
      }
    } catch (error) {
      this.log.debug({ err: error }, 'trackings not readable');
    } finally {
      this.isLooking = false;
    }
  }
}

const readVersions = 'select order_id as "orderId", version from tracking where order_id = any($1::text[])';

function eventOf(tracking: Tracking): MessageEvent {
  return { id: String(tracking.version), data: tracking };
}
