import { messageOf } from './errors';
import type { Log } from './log';

interface Options {
  name: string;
  /** Does some work; true when there may be more. */
  turn: () => Promise<boolean>;
  /** How long to sleep when nothing wakes it. Waking is the fast road, polling the one that is always open. */
  pollMs: number;
  log: Log;
}

const firstBackoffMs = 100;
const longestBackoffMs = 5_000;
/** How much longer it rests to gather than it has worked. */
const restFactor = 3;
const longestRestMs = 200;

/** Works while there is work, sleeps until woken or until it is time to look again, and backs off while it fails. */
export class Loop {
  private woken = false;
  private stopped = false;
  private gathering = false;
  private endRest: () => void = () => {};
  private done: Promise<void> = Promise.resolve();

  constructor(private readonly options: Options) {}

  start(): this {
    this.done = this.run();
    return this;
  }

  wake(): void {
    this.woken = true;
    this.endRest();
  }

  /**
   * Rests after this turn, unless there is more to do now: what comes meanwhile is worked on together. It rests in proportion to how long
   * the turn has taken: where nobody is busy nobody waits, and the busier everybody is the more is done at once.
   */
  gather(): void {
    this.gathering = true;
  }

  /** Wakes it once in the future. */
  wakeAfter(ms: number): void {
    setTimeout(() => this.wake(), ms).unref();
  }

  /** Starts no further turn. */
  finish(): void {
    this.stopped = true;
    this.endRest();
  }

  /** As `finish`, and waits for the turn in flight. */
  async stop(): Promise<void> {
    this.finish();
    await this.done;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopped) {
      this.woken = false;
      this.gathering = false;
      const began = performance.now();
      let pauseMs = this.options.pollMs;
      try {
        if (await this.options.turn()) pauseMs = 0;
        failures = 0;
      } catch (error) {
        // Full jitter: instances that failed together do not come back together.
        pauseMs = Math.random() * Math.min(longestBackoffMs, firstBackoffMs * 2 ** failures++);
        this.woken = false;
        this.options.log.warn(
          { err: error, loop: this.options.name },
          `${this.options.name} will try again: ${messageOf(error)}`,
        );
      }
      if (pauseMs === 0) continue;
      const ended = performance.now();
      const restUntil = this.gathering ? ended + Math.min(longestRestMs, restFactor * (ended - began)) : 0;
      if (!this.woken && !this.stopped) await this.rest(pauseMs);
      const early = restUntil - performance.now();
      if (early > 0) await new Promise<void>((resolve) => void setTimeout(resolve, early).unref());
    }
  }

  private rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
