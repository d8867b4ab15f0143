interface Row {
  readonly seq: number;
  readonly message: { readonly key: string };
}

/**
 * What one subscription has of its inbox in memory. Rows come into it by two ways, fetched and pushed, and a fetch takes time: its result
 * may show rows that were pushed and handled meanwhile, or the second row of a key whose first was blocked meanwhile. The window
 * remembers both while a fetch is in flight, and drops such rows.
 */
export class Window {
  private readonly inMemory = new Set<number>();
  /** Rows that came into memory since the last fetch began. */
  private readonly since = new Set<number>();
  /** Keys whose queue was interrupted since the last fetch began. */
  private readonly interrupted = new Set<string>();
  /** Whether the last fetch left rows behind. */
  private isBehind = false;

  /** @param limit rows in memory at most. */
  constructor(private readonly limit: number) {}

  /** Rows in memory. */
  get seqs(): number[] {
    return [...this.inMemory];
  }

  /** Whether the inbox holds rows that were left behind, and half of the window is free for them. */
  get wantsMore(): boolean {
    return this.isBehind && this.inMemory.size <= this.limit / 2;
  }

  /** Whether a pushed row may be added: nothing in the inbox waits longer. */
  get isCaughtUp(): boolean {
    return !this.isBehind && this.inMemory.size < this.limit;
  }

  has(seq: number): boolean {
    return this.inMemory.has(seq) || this.since.has(seq);
  }

  /** @param onlyOne whether one row at a time is allowed. @returns how many rows to fetch. */
  beginFetch(onlyOne: boolean): number {
    const room = Math.max(0, (onlyOne ? 1 : this.limit) - this.inMemory.size);
    this.isBehind = room === 0;
    this.interrupted.clear();
    this.since.clear();
    return room;
  }

  /** @returns the rows of the fetch that are still as it has seen them. */
  endFetch<R extends Row>(rows: readonly R[], room: number): R[] {
    this.isBehind = rows.length === room;
    return rows.filter(({ seq, message }) => !this.since.has(seq) && !this.interrupted.has(message.key));
  }

  add(seq: number): void {
    this.inMemory.add(seq);
    this.since.add(seq);
  }

  remove(seq: number): void {
    this.inMemory.delete(seq);
  }

  interrupt(key: string): void {
    this.interrupted.add(key);
  }
}
