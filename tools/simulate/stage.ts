import type { Paths } from './paths';
import type { Role, Script } from './script';

/** Where the actors meet: which orders are on, and who is to do what about them. */
export class Stage {
  private readonly scripts = new Map<string, Script>();

  constructor(
    private readonly paths: Paths,
    /** How long a customer waits at most before looking again. */
    readonly longestLookMs: number,
  ) {}

  enter(orderId: string, script: Script): void {
    this.scripts.set(orderId, script);
  }

  leave(orderId: string): void {
    this.scripts.delete(orderId);
  }

  /** Undefined for an order that is not one of ours, or is over. */
  scriptOf(orderId: string): Script | undefined {
    return this.scripts.get(orderId);
  }

  /** Whether one of our orders is with this restaurant. */
  isBusy(restaurantId: string): boolean {
    return [...this.scripts.values()].some(({ asked }) => asked.restaurantId === restaurantId);
  }

  happen(role: Role, habit: string): void {
    this.paths.happen(role, habit);
  }
}
