import { Injectable, type MessageEvent, type OnModuleDestroy } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { OrderId } from '@thali/contracts';
import { Database } from '@thali/kit/postgres';
import { Observable, Subject, takeUntil } from 'rxjs';
import { TrackOrder, trackingChanged } from './order-tracking.view';

/** Changes made by another instance are found by looking again. */
const lookAgainMs = 1_000;
const ends = ['delivered', 'cancelled'];

/** Streams an order's tracking, from how it stands to its end, or until the process stops: browsers then ask another one by themselves. */
@Injectable()
export class FollowOrder implements OnModuleDestroy {
  private readonly stopping = new Subject<void>();

  constructor(
    private readonly db: Database,
    private readonly queries: QueryBus,
  ) {}

  onModuleDestroy(): void {
    this.stopping.next();
  }

  follow(orderId: OrderId): Observable<MessageEvent> {
    const changes = new Observable<MessageEvent>((subscriber) => {
      let seen = -1;
      let looking = false;
      const look = async () => {
        if (looking) return;
        looking = true;
        try {
          const tracking = await this.queries.execute(new TrackOrder(orderId));
          if (tracking.version > seen) subscriber.next({ id: String(tracking.version), data: tracking });
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
    return changes.pipe(takeUntil(this.stopping));
  }
}
