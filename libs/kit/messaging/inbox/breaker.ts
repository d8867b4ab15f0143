const firstPauseMs = 200;
const longestPauseMs = 10_000;

/**
 * Pauses a subscription while a dependency or the database is away, so that no attempt is counted for a failure that is not the message's.
 *
 * Closed: everything runs. Open: no inbox row begins until the pause is over. Probing: one row at a time runs; the first message that
 * succeeds closes the breaker, the first that fails opens it for a longer pause. A message that was in flight may close it during a pause;
 * then the pause is kept, and no longer one follows.
 */
export class Breaker {
  /** Pauses since it was closed. */
  private pauses = 0;
  private pausedUntil = 0;

  /** @param wakeAfter called when there may be something to do, in so many milliseconds. */
  constructor(private readonly wakeAfter: (ms: number) => void) {}

  get isClosed(): boolean {
    return this.pauses === 0;
  }

  /** Whether nothing may begin. */
  get isPaused(): boolean {
    return performance.now() < this.pausedUntil;
  }

  /** @returns the pause in milliseconds that begins now; undefined when there is one already. */
  open(): number | undefined {
    if (this.isPaused) return undefined;
    const pauseMs = Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** ++this.pauses);
    this.pausedUntil = performance.now() + pauseMs;
    this.wakeAfter(pauseMs + 1);
    return pauseMs;
  }

  close(): void {
    if (this.isClosed) return;
    this.pauses = 0;
    this.wakeAfter(0);
  }
}
