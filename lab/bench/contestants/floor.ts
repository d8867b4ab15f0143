import { setTimeout as pause } from 'node:timers/promises';
import type { Goal } from '../load/customers';
import { costOf, type Meter } from '../measure';
import { Program } from '../program';
import type { Recipe } from '../recipe/recipe';
import type { Contestant, Letter, Performance, Sample, Times } from './contestant';
import type { Written, Writing } from './write';

/** What an order writes until it is where it is to go. */
export type Recipes = Readonly<Partial<Record<Goal, Recipe>>>;

export interface Bare {
  readonly meter: Meter;
  readonly url: string;
  readonly recipes: Recipes;
  /** Gives every run numbers for its orders that nobody had. */
  readonly numbers: () => number;
}

/**
 * (c) A bare Node program that writes what the order's transactions write, 64 orders in one transaction at each step, and does nothing
 * else: no HTTP, no reading, no deciding, no checking.
 */
export function floor(bare: Bare): Contestant {
  return writerOf(bare, {
    letter: 'c',
    name: 'the floor: a bare program, in batches',
    how: 'batches',
    levels: [1, 2, 4],
  });
}

/** (d) where there is no pgbench: the same from Node, which costs more on the client's side. */
export function statements(bare: Bare): Contestant {
  const name = 'a bare program, statement by statement (no pgbench here)';
  return writerOf(bare, { letter: 'd', name, how: 'statements', levels: [8, 16, 32] });
}

interface Options {
  readonly letter: Letter;
  readonly name: string;
  readonly levels: readonly number[];
  readonly how: Writing['how'];
}

function writerOf({ meter, url, recipes, numbers }: Bare, { letter, name, levels, how }: Options): Contestant {
  return {
    letter,
    name,
    levels,
    enter: async (goal) => {
      const program = Program.start<Writing, Written>('contestants/writer.js');
      const run = async (connections: number, { warmUpMs, windowMs }: Times): Promise<Sample> => {
        const task = { how, url, recipe: recipes[goal] ?? [], connections, firstNumber: numbers() };
        const working = program.do(task);
        working.catch(() => {}); // Awaited below.
        await Promise.race([program.atWork(), working]);
        await pause(warmUpMs);
        const from = await meter.read({ program: [program.pid] });
        await pause(windowMs);
        const to = await meter.read({ program: [program.pid] });
        program.stop();
        const steps = await working;
        const orders = steps
          .filter(({ at }) => at > from.at && at <= to.at)
          .reduce((sum, step) => sum + step.orders, 0);
        if (orders === 0)
          throw new Error(`(${letter}) has finished nothing in ${windowMs} ms: measure longer, with --seconds`);
        return { ordersPerSecond: (orders / (to.at - from.at)) * 1_000, cost: costOf(from, to, orders) };
      };
      return { run, leave: () => program.end() } satisfies Performance;
    },
  };
}
