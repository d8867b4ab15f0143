/** What was heard longer ago says nothing any more: who is late has much to send. */
const forgetMs = 1_000;

/** How late other processes are, as they tell with every message. */
export class Lateness {
  private readonly heard = new Map<string, { lagMs: number; at: number }>();

  /** @param lagMs anything: it comes from outside. */
  hear(producer: string, lagMs: unknown): void {
    if (typeof lagMs === 'number') this.heard.set(producer, { lagMs, at: performance.now() });
  }

  /** The greatest lag of which there is news, in milliseconds. */
  get worstMs(): number {
    const since = performance.now() - forgetMs;
    return Math.max(0, ...[...this.heard.values()].filter(({ at }) => at > since).map(({ lagMs }) => lagMs));
  }
}
