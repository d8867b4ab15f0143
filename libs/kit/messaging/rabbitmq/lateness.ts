/** Reports older than this are ignored: a process that is late sends often. */
const validMs = 1_000;

/** How late other processes are, as they report with every message. */
export class Lateness {
  private readonly reports = new Map<string, { lagMs: number; at: number }>();

  /** @param lagMs any value: it comes from outside, and is ignored unless it is a number. */
  report(producer: string, lagMs: unknown): void {
    if (typeof lagMs === 'number') this.reports.set(producer, { lagMs, at: performance.now() });
  }

  /** The greatest lag that was reported lately, in milliseconds. */
  get worstMs(): number {
    const since = performance.now() - validMs;
    return Math.max(0, ...[...this.reports.values()].filter(({ at }) => at > since).map(({ lagMs }) => lagMs));
  }
}
