interface Expected {
  readonly dueAt: number;
  begun: boolean;
}

/** Measures how late a subscription is: how long the oldest message has waited that nothing stands before but earlier work. */
export class LagMeter {
  /** In the order in which they were expected. Behind the first, some have begun. It is no Set for the reason given at `InFlight`. */
  private readonly waiting: Expected[] = [];

  /** How long the oldest message has waited, in milliseconds. */
  get lagMs(): number {
    const [oldest] = this.waiting;
    return oldest ? performance.now() - oldest.dueAt : 0;
  }

  /**
   * Counts a message as waiting.
   *
   * @param dueAt since when, in the time of `performance.now()`.
   * @returns what to call, once or more often, when its handler begins or when it leaves memory.
   */
  expect(dueAt: number): () => void {
    const expected = { dueAt, begun: false };
    this.waiting.push(expected);
    return () => {
      expected.begun = true;
      while (this.waiting[0]?.begun) this.waiting.shift();
    };
  }
}
