import { availableParallelism } from 'node:os';

/** The units of work of one database that wait to begin. */
export interface Queue {
  /** When the first of it came, in the time of `performance.now()`, or earlier, if it has a head start; undefined when nothing may begin. */
  readonly firstSince: number | undefined;
  /** Begins as much of it as may share a transaction. @returns a promise that resolves when that is over. */
  begin(): Promise<void>;
}

/** A transaction that takes longer waits for a lock or a server, and keeps no processor busy. */
export const longMs = 50;
/** A timer rings less than this too early: Node counts in whole milliseconds, by a clock that may itself go by milliseconds. */
const earlyMs = 3;

/**
 * Lets transactions begin, of whatever database, the first to come first: at most as many at once as there are processors. More would not
 * be done sooner, since they take turns on the processors; while they wait they grow, and large groups are cheaper than small ones. On
 * two processors, at half of what they can do, four modules had their answers in 0.80 of the time.
 */
export class ConcurrencyLimiter {
  private readonly queues = new Set<Queue>();
  private inFlight = 0;
  private scheduled = false;

  constructor(private readonly places: number) {}

  add(queue: Queue): void {
    this.queues.add(queue);
  }

  remove(queue: Queue): void {
    this.queues.delete(queue);
  }

  /** Something may be able to begin. It does so after the I/O of this turn of the event loop: what has come together goes together. */
  open(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      while (this.inFlight < this.places && this.beginNext());
    });
  }

  private beginNext(): boolean {
    const [next] = [...this.queues]
      .filter(({ firstSince }) => firstSince !== undefined)
      .sort((one, other) => one.firstSince! - other.firstSince!);
    if (!next) return false;
    this.inFlight++;
    let left = false;
    const leave = () => {
      if (!left) this.inFlight--;
      left = true;
      this.open();
    };
    const ended = next.begin();
    // Set after the beginning: when it fires, the queue's own clock has to find the transaction long, or the limiter stays closed.
    const patience = setTimeout(leave, longMs + earlyMs).unref();
    void ended.finally(() => {
      clearTimeout(patience);
      leave();
    });
    return true;
  }
}

/** Of this process. */
export const limiter = new ConcurrencyLimiter(Math.max(2, availableParallelism()));
