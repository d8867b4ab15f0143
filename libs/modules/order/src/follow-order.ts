import { Injectable, type MessageEvent, type OnModuleDestroy } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { OrderId } from '@thali/contracts';
import { Database } from '@thali/kit/postgres';
import { Observable, ReplaySubject, startWith, takeUntil } from 'rxjs';
import { TrackOrder, trackingChanged, type Tracking } from './order-tracking.view';

/** Changes made by another instance are found by looking again. */
const lookAgainMs = 1_000;
const ends = ['delivered', 'cancelled'];

/** Streams an order's tracking, from how it stands to its end, or until the process stops: browsers then ask another one by themselves. */
@Injectable()
export class FollowOrder implements OnModuleDestroy {
  /** Replayed: a stream may begin after it. */
  private readonly stopping = new ReplaySubject<void>(1);

  constructor(
    private readonly db: Database,
    private readonly queries: QueryBus,
  ) {}

  onModuleDestroy(): void {
    this.stopping.next();
  }

  /**
   * Tells how the order stands in any case: a process that stops may end the stream after that, not before.
   *
   * @throws {DomainError} when there is no such order.
   */
  async follow(orderId: OrderId): Promise<Observable<MessageEvent>> {
    const first = await this.queries.execute(new TrackOrder(orderId));
    return this.changesSince(first).pipe(takeUntil(this.stopping), startWith(eventOf(first)));
  }

  private changesSince({ orderId, version }: Tracking): Observable<MessageEvent> {
    return new Observable<MessageEvent>((subscriber) => {
      let seen = version;
      let looking = false;
      const look = async () => {
        if (looking) return;
        looking = true;
        try {
          const tracking = await this.queries.execute(new TrackOrder(orderId));
          if (tracking.version > seen) subscriber.next(eventOf(tracking));
          seen = tracking.version;
          if (ends.includes(tracking.status)) subscriber.complete();
        } catch (error) {
          subscriber.error(error);
        } finally {
          looking = false;
        }
      };
      const changed = trackingChanged(orderId);
      const wake = () => void look();
      const timer = setInterval(wake, lookAgainMs);
      this.db.on(changed, wake);
      wake();
      return () => {
        clearInterval(timer);
        this.db.off(changed, wake);
      };
    });
  }
}

function eventOf(tracking: Tracking): MessageEvent {
  return { id: String(tracking.version), data: tracking };
}
