import { overloaded } from '../core';

/**
 * A counting semaphore whose queue sheds: while its first entry has waited longer than a limit, further callers are refused at once. The
 * limit is a waiting time and no length, because a long queue may be gone in a moment.
 */
export class Semaphore {
  private readonly line: { since: number; enter: () => void }[] = [];

  constructor(
    private free: number,
    private readonly shedAfterMs: number,
  ) {}

  /** Takes a place; call {@link leave} when done with it. @throws {DomainError} `service.overloaded` */
  async take(): Promise<void> {
    if (this.free > 0) return void this.free--;
    const since = performance.now();
    const [first] = this.line;
    if (first && since - first.since > this.shedAfterMs) throw overloaded();
    await new Promise<void>((enter) => this.line.push({ since, enter }));
  }

  leave(): void {
    const next = this.line.shift();
    if (next) next.enter();
    else this.free++;
  }
}
