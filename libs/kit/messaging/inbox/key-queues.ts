import { InFlight } from '../../core';

interface Keyed {
  readonly key: string;
  readonly part: number;
}

interface Entry<Item> {
  readonly item: Item;
  readonly resolve: (isDone: boolean) => void;
  readonly reject: (error: unknown) => void;
}

interface Options<Item> {
  /** Handles the first of a queue. Resolves to whether the next of the key may follow. */
  readonly handle: (item: Item) => Promise<boolean>;
  /** Whether this instance may still work on the partition. */
  readonly owns: (part: number) => boolean;
  /** Called when an item leaves its queue. */
  readonly left: (item: Item) => void;
  /** Called when a queue has ended, `interrupted` when it held items that were not done. All of them have left by then. */
  readonly ended: (key: string, interrupted: boolean) => void;
}

/**
 * Order per key in memory: the first item of each key's queue is handled, the others wait. Queues of different keys run side by side.
 *
 * A queue is idle (it does not exist), running, or interrupted: then an item was not done, or the partition is no longer owned, and
 * everything behind it is dropped, to be read again from where it is stored.
 */
export class KeyQueues<Item extends Keyed> {
  private readonly queues = new Map<string, Entry<Item>[]>();
  private readonly running = new InFlight();
  private closed = false;

  constructor(private readonly options: Options<Item>) {}

  /** Whether items are still begun. */
  get isOpen(): boolean {
    return !this.closed;
  }

  has(key: string): boolean {
    return this.queues.has(key);
  }

  keys(): string[] {
    return [...this.queues.keys()];
  }

  /**
   * Queues the item behind those of its key.
   * @returns whether it was done; false also when it was dropped behind one that was not.
   * @throws what `handle` throws for this item.
   */
  add(item: Item): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const queue = this.queues.get(item.key);
      const entry = { item, resolve, reject };
      if (queue) return void queue.push(entry);
      this.queues.set(item.key, [entry]);
      void this.running.track(this.drain(item.key, this.queues.get(item.key)!));
    });
  }

  /** Begins nothing more. Resolves when the items in flight have ended. */
  close(): Promise<void> {
    this.closed = true;
    return this.running.idle();
  }

  private async drain(key: string, queue: Entry<Item>[]): Promise<void> {
    const { owns, left, ended } = this.options;
    for (let first = queue[0]; first; first = queue[0]) {
      if (this.closed || !owns(first.item.part) || !(await this.handle(first))) break;
      queue.shift();
      left(first.item);
      first.resolve(true);
    }
    // Without an await in between: a fetch that returns now must find either the queue or the mark that it was interrupted.
    this.queues.delete(key);
    for (const { item } of queue) left(item);
    ended(key, queue.length > 0);
    for (const { resolve } of queue) resolve(false);
  }

  private async handle({ item, reject }: Entry<Item>): Promise<boolean> {
    try {
      return await this.options.handle(item);
    } catch (error) {
      reject(error);
      return false;
    }
  }
}
