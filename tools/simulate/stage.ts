import type { Paths } from './paths';
import type { Role, Script } from './script';

/** Where the actors meet: which orders are on, and who is to do what about them. */
export class Stage {
  private readonly scripts = new Map<string, Script>();
  /** By order: which of our couriers was asked first. */
  private readonly asked = new Map<string, string>();

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

  /** Whether nobody else of ours was asked about the order before. */
  isFirstAsked(orderId: string, courierId: string): boolean {
    const first = this.asked.get(orderId) ?? courierId;
    this.asked.set(orderId, first);
    return first === courierId;
  }

  happen(role: Role, habit: string): void {
    this.paths.happen(role, habit);
  }
}
