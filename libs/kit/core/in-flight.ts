/**
 * Work in flight, to be waited for. It only counts: a busy Set outgrows one table after another, each refers to the next (V8,
 * ordered-hash-table.h), and when one of them is old, the garbage collector copies and keeps whatever was in those after it.
 */
export class InFlight {
  private count = 0;
  private whenIdle: (() => void)[] = [];

  /** @returns the work. */
  track<Work extends Promise<unknown>>(work: Work): Work {
    this.count++;
    const end = () => {
      if (--this.count === 0) this.whenIdle.splice(0).forEach((resolve) => resolve());
    };
    work.then(end, end);
    return work;
  }

  /** Resolves when nothing is in flight, however it has ended. */
  async idle(): Promise<void> {
    if (this.count > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }
}
