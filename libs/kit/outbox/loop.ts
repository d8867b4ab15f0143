import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../core';
import type { Log } from '../observability';

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

/** Works while there is work, sleeps until woken or until it is time to look again, and backs off while it fails. */
export class Loop {
  private woken = false;
  private stopped = false;
  private notBefore = 0;
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

  /** The next turn begins so much later at the earliest, unless there is more to do now: what comes meanwhile is worked on together. */
  gather(ms: number): void {
    this.notBefore = performance.now() + ms;
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

  /** As `finish`, and waits for the turn under way. */
  async stop(): Promise<void> {
    this.finish();
    await this.done;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopped) {
      this.woken = false;
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
      if (!this.woken && !this.stopped) await this.rest(pauseMs);
      const early = this.notBefore - performance.now();
      if (early > 0) await pause(early, undefined, { ref: false });
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
