/** Numbers that look random and are the same for the same seed. */
export class Random {
  private state: number;

  /** @param seed any whole number. */
  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 up to, but not including, 1. Mulberry32: https://github.com/bryc/code/blob/master/jshash/PRNGs.md. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number; both ends are possible. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** @throws {Error} when there is nothing to pick from. */
  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new Error('there is nothing to pick from');
    return from[this.between(0, from.length - 1)] as T;
  }

  shuffle<T>(cards: readonly T[]): T[] {
    return cards
      .map((card) => ({ card, at: this.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ card }) => card);
  }

  /**
   * As many cards as asked for, shuffled, each kind as often as its weight says: what is rare comes as often as it should also in a
   * short game, instead of by luck.
   */
  deal<Card extends string>(weights: Readonly<Record<Card, number>>, count: number): Card[] {
    const kinds = Object.entries<number>(weights) as [Card, number][];
    const sum = kinds.reduce((total, [, weight]) => total + weight, 0);
    let owed = 0;
    let dealt = 0;
    const cards = kinds.flatMap(([card, weight]) => {
      owed += (weight / sum) * count;
      const some = Array<Card>(Math.round(owed) - dealt).fill(card);
      dealt += some.length;
      return some;
    });
    return this.shuffle(cards);
  }
}
