import type { Cost } from '../measure';
import type { Goal } from '../load/customers';

export const letters = ['a', 'b', 'c', 'd'] as const;
/** As in the report: (a) to (d). */
export type Letter = (typeof letters)[number];

/** Someone who takes orders to their goal, as fast as they can. */
export interface Contestant {
  readonly letter: Letter;
  readonly name: string;
  /** How many orders at once, or connections: tried one after another until more of it brings nothing more. */
  readonly levels: readonly number[];
  enter(goal: Goal): Promise<Performance>;
}

/** A contestant on the stage. */
export interface Performance {
  /** Works for both times at full load, and measures during the second. */
  run(level: number, times: Times): Promise<Sample>;
  leave(): Promise<void>;
}

export interface Times {
  readonly warmUpMs: number;
  readonly windowMs: number;
}

export interface Sample {
  readonly ordersPerSecond: number;
  readonly cost: Cost;
}
