import { cpus } from 'node:os';
import type { Measured, Service, Turn, Verdict } from './bench';
import { letters, type Letter } from './contestants/contestant';
import type { Waits } from './contestants/thali';
import type { Goal } from './load/customers';
import { median, quantile, type Cost, type Role } from './measure';
import type { Recipe } from './recipe/recipe';
import type { World } from './world';

/** The middle of several rounds, and how far they lie apart. */
interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What a run has come to: what `--json` prints. */
export interface Report {
  readonly measuredAt: string;
  readonly machine: { readonly cores: number; readonly cpu: string; readonly node: string; readonly postgres: string };
  readonly rounds: number;
  /** What one order writes, as (c) and (d) write it. */
  readonly anOrder: Readonly<
    Partial<Record<Goal, { readonly transactions: number; readonly statements: number; readonly rows: number }>>
  >;
  readonly rates: readonly Rate[];
  readonly ratios: readonly Ratio[];
  readonly latencies: readonly Latency[];
  readonly verdicts: readonly Verdict[];
}

export interface Rate {
  readonly letter: Letter;
  readonly name: string;
  readonly goal: Goal;
  /** Orders under way, or connections. */
  readonly level: number;
  readonly ordersPerSecond: Spread;
  /** Of one order: the median of each. */
  readonly cost: Cost;
}

/** Of two contestants in the same round. */
export interface Ratio extends Spread {
  readonly of: readonly [Letter, Letter];
  readonly goal: Goal;
  /** What it should be at least. */
  readonly target: number;
}

/** Milliseconds from the moment when a customer wanted to order. */
export interface Latency {
  readonly letter: Letter;
  readonly load: number;
  readonly perSecond: number;
  readonly orders: number;
  /** Orders that were not taken. */
  readonly refused: number;
  readonly waits: Readonly<
    Record<keyof Waits, { /** The median of the rounds. */ readonly p50: number; readonly p99: Spread } | null>
  >;
}

const targets = [
  { of: ['a', 'd'], target: 1.5 },
  { of: ['a', 'c'], target: 0.3 },
  { of: ['b', 'a'], target: 0.6 },
] as const;

export function makeReport(world: World, { turns, levels, services, verdicts }: Measured): Report {
  const { contestants, recipes, postgresVersion: postgres } = world;
  const goals = [...new Set(turns.map(({ goal }) => goal))];
  const counts = Object.entries<Recipe>(recipes).map(([goal, recipe]) => {
    const writes = recipe.flat();
    const rows = writes.reduce((sum, write) => sum + write.rows.length, 0);
    return [goal, { transactions: recipe.length, statements: writes.length, rows }];
  });
  return {
    measuredAt: new Date().toISOString(),
    machine: { cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown', node: process.versions.node, postgres },
    rounds: Math.max(...turns.map(({ round }) => round)),
    anOrder: Object.fromEntries(counts) as Report['anOrder'],
    rates: goals.flatMap((goal) =>
      letters.flatMap((letter) => {
        const own = turns.filter((turn) => turn.letter === letter && turn.goal === goal);
        const { name = '' } = contestants.find((one) => one.letter === letter) ?? {};
        return own.length === 0 ? [] : [{ letter, name, goal, level: levels[letter] ?? 0, ...rateOf(own) }];
      }),
    ),
    ratios: goals.flatMap((goal) => targets.flatMap(({ of, target }) => ratioOf(turns, goal, of, target))),
    latencies: services.map(latencyOf),
    verdicts,
  };
}

function rateOf(turns: readonly Turn[]): Pick<Rate, 'ordersPerSecond' | 'cost'> {
  const of = (read: (cost: Cost) => number) => median(turns.map(({ cost }) => read(cost)));
  const roles = Object.keys(turns[0]?.cost.cpuMs ?? {}) as Role[];
  return {
    ordersPerSecond: spreadOf(turns.map(({ ordersPerSecond }) => ordersPerSecond)),
    cost: {
      cpuMs: Object.fromEntries(roles.map((role) => [role, of(({ cpuMs }) => cpuMs?.[role] ?? 0)])),
      writes: of(({ writes }) => writes),
      transactions: of(({ transactions }) => transactions),
      walBytes: of(({ walBytes }) => walBytes),
    },
  };
}

function ratioOf(turns: readonly Turn[], goal: Goal, of: Ratio['of'], target: number): Ratio[] {
  const rate = (letter: Letter, round: number) =>
    turns.find((turn) => turn.letter === letter && turn.goal === goal && turn.round === round)?.ordersPerSecond;
  const rounds = [...new Set(turns.map(({ round }) => round))];
  const values = rounds.flatMap((round) => {
    const [one, other] = of.map((letter) => rate(letter, round));
    return one === undefined || other === undefined ? [] : [one / other];
  });
  return values.length === 0 ? [] : [{ of, goal, target, ...spreadOf(values) }];
}

function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

function latencyOf({ letter, load, perSecond, rounds }: Service): Latency {
  const of = (what: keyof Waits) => {
    const known = rounds.map((waits) => waits.flatMap((wait) => wait[what] ?? [])).filter(({ length }) => length > 0);
    const all = (share: number) => known.map((waits) => quantile(waits, share));
    return known.length === 0 ? null : { p50: median(all(0.5)), p99: spreadOf(all(0.99)) };
  };
  const waits = rounds.flat();
  const refused = waits.filter(({ answered }) => answered === undefined).length;
  const all = { answered: of('answered'), confirmed: of('confirmed'), delivered: of('delivered') };
  return { letter, load, perSecond, orders: waits.length, refused, waits: all };
}
