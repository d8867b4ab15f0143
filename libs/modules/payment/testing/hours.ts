import timersOfPromises from 'node:timers/promises';

/** What this process waits two hours for, and what it sleeps for so long, ends when a test says so. Nothing else lasts exactly as long. */
export class Hours {
  static readonly ms = 7_200_000;
  private waits: (() => void)[] = [];
  private sleeps: (() => void)[] = [];
  private readonly restore: () => void;

  constructor() {
    const { setTimeout: wait } = globalThis;
    const { setTimeout: sleep } = timersOfPromises;
    const waiting = jest.spyOn(globalThis, 'setTimeout');
    waiting.mockImplementation(((done: () => void, ms?: number, ...given: unknown[]) => {
      if (ms === Hours.ms) this.waits.push(done);
      return wait(done, ms, ...(given as []));
    }) as typeof wait);
    const sleeping = jest.spyOn(timersOfPromises, 'setTimeout');
    sleeping.mockImplementation((async <T>(ms?: number, value?: T, options?: object) => {
      if (ms === undefined || ms < Hours.ms) return sleep(ms, value, options);
      return new Promise<T>((resolve) => this.sleeps.push(() => resolve(value as T)));
    }) as typeof sleep);
    this.restore = () => [waiting, sleeping].forEach((spy) => spy.mockRestore());
  }

  /** Whether something is slept for. */
  get isSleeping(): boolean {
    return this.sleeps.length > 0;
  }

  /** Ends what is waited for now. */
  endWaits(): void {
    for (const end of this.waits.splice(0)) end();
  }

  /** Ends what is slept for now. */
  endSleeps(): void {
    for (const end of this.sleeps.splice(0)) end();
  }

  stop(): void {
    this.restore();
  }
}
