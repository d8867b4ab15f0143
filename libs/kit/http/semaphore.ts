import { overloaded } from '../core';

/**
 * A bulkhead: a number of places, and a queue of requests that wait for one. While the first in the queue has waited too long, further
 * requests are refused at once instead of late. The queue is judged by its waiting time because its length says nothing: fifty requests
 * may be gone in a moment.
 */
export class Semaphore {
  private readonly line: { since: number; enter: () => void }[] = [];

  constructor(
    private free: number,
    private readonly shedAfterMs: number,
  ) {}

  /** Takes a place; call {@link leave} when done with it. @throws {DomainError} `service.overloaded` */
  async take(): Promise<void> {
    if (this.free > 0) return void this.free--;
    const since = performance.now();
    const [first] = this.line;
    if (first && since - first.since > this.shedAfterMs) throw overloaded();
    await new Promise<void>((enter) => this.line.push({ since, enter }));
  }

  leave(): void {
    const next = this.line.shift();
    if (next) next.enter();
    else this.free++;
  }
}
