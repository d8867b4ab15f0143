/** Observations in a row that show a delay to stand: a process that got no processor for seconds makes one of them. */
const leastObservations = 3;

/**
 * Tells a delay that stands from a moment that was slow, as CoDel judges a queue (Nichols and Jacobson, Controlling Queue Delay,
 * https://queue.acm.org/detail.cfm?id=2209336): it stands when every observation of a whole interval was above the target. A queue that is
 * emptied now and then is no overload, however late its oldest entry is at times.
 */
export class StandingDelay {
  /** When the delay was first seen above the target, after it was last seen below. */
  private above: number | undefined;
  private recent: { readonly at: number; readonly ms: number }[] = [];

  /** @param targetMs the delay that is all right. @param intervalMs how long it may be above that. */
  constructor(
    private readonly targetMs: number,
    private readonly intervalMs: number,
  ) {}

  /**
   * @param nowMs of a clock that never goes back. @param delayMs how late things are at this moment.
   * @returns the least delay of the last interval, in milliseconds, if it has been above the target all the while; otherwise 0.
   */
  observe(nowMs: number, delayMs: number): number {
    if (delayMs <= this.targetMs) {
      this.above = undefined;
      this.recent = [];
      return 0;
    }
    this.above ??= nowMs;
    this.recent = [...this.recent.filter(({ at }) => at > nowMs - this.intervalMs), { at: nowMs, ms: delayMs }];
    const stands = nowMs - this.above >= this.intervalMs && this.recent.length >= leastObservations;
    return stands ? Math.min(...this.recent.map(({ ms }) => ms)) : 0;
  }
}
