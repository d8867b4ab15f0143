import { ConcurrencyLimiter, longMs } from '../concurrency-limiter';

/** Work of one database; each piece ends when the test says so. */
class Work {
  private readonly waiting: number[] = [];
  private readonly ends: (() => void)[] = [];

  constructor(
    private readonly name: string,
    private readonly begun: string[],
  ) {}

  get firstSince(): number | undefined {
    return this.waiting[0];
  }

  came(at: number): this {
    this.waiting.push(at);
    return this;
  }

  begin(): Promise<void> {
    this.begun.push(`${this.name} ${this.waiting.shift()}`);
    return new Promise((resolve) => this.ends.push(resolve));
  }

  end(): void {
    this.ends.shift()?.();
  }
}

describe('a limiter with two places', () => {
  const begun: string[] = [];
  const soon = () => new Promise((resolve) => setImmediate(resolve));
  let limiter: ConcurrencyLimiter;
  let [one, other] = [new Work('one', begun), new Work('other', begun)];

  beforeEach(() => {
    begun.splice(0);
    limiter = new ConcurrencyLimiter(2);
    [one, other] = [new Work('one', begun), new Work('other', begun)];
    limiter.add(one);
    limiter.add(other);
  });

  it('lets two begin at once, whoever they are, the first to come first', async () => {
    one.came(1).came(4);
    other.came(2).came(3);
    limiter.open();
    await soon();
    expect(begun).toEqual(['one 1', 'other 2']);
    one.end();
    await soon();
    await soon();
    expect(begun).toEqual(['one 1', 'other 2', 'other 3']);
    other.end();
    await soon();
    await soon();
    expect(begun).toEqual(['one 1', 'other 2', 'other 3', 'one 4']);
  });

  it('lets nothing begin before everything of this turn of the event loop has come', async () => {
    one.came(2);
    limiter.open();
    other.came(1);
    expect(begun).toEqual([]);
    await soon();
    expect(begun).toEqual(['other 1', 'one 2']);
  });

  it('does not wait for two that take long: they wait for somebody else', async () => {
    one.came(1).came(2).came(3);
    limiter.open();
    while (begun.length < 3) await soon();
    one.end();
    one.end();
    await soon();
    expect(begun).toEqual(['one 1', 'one 2', 'one 3']);
  });

  it('gives each place away once, though it was given back because it took long', async () => {
    one.came(1).came(2).came(3).came(4);
    limiter.open();
    while (begun.length < 4) await soon();
    other.came(5).came(6).came(7);
    for (const _ of begun) one.end();
    await soon();
    await soon();
    expect(begun.slice(4)).toEqual(['other 5', 'other 6']);
  });

  it('has given the place back when work that took a while to begin has taken long', async () => {
    let [since, times] = [-Infinity, 0];
    const slow = {
      get firstSince() {
        return performance.now() - since > longMs ? 1 : undefined;
      },
      begin() {
        const until = performance.now() + 5;
        while (performance.now() < until);
        since = performance.now();
        times++;
        return new Promise<void>(() => {});
      },
    };
    limiter.add(slow);
    limiter.open();
    const until = performance.now() + 1_000;
    while (times < 2 && performance.now() < until) await soon();
    limiter.remove(slow);
    expect(times).toBe(2);
  });

  it('forgets who has gone', async () => {
    one.came(1);
    limiter.remove(one);
    limiter.open();
    await soon();
    expect(begun).toEqual([]);
  });
});
