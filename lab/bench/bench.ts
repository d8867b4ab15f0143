import { audit, summarise } from '@thali/tools/audit';
import type { Contestant, Letter, Performance, Sample } from './contestants/contestant';
import type { Thali, Waits } from './contestants/thali';
import type { Goal } from './load/customers';
import { median } from './measure';
import type { Options } from './options';
import type { World } from './world';

/** All that was measured, as it was measured. */
export interface Measured {
  /** Round by round. */
  readonly turns: readonly Turn[];
  readonly levels: Readonly<Partial<Record<Letter, number>>>;
  readonly services: readonly Service[];
  readonly verdicts: readonly Verdict[];
}

/** One contestant's turn in one round. */
export interface Turn extends Sample {
  readonly letter: Letter;
  readonly goal: Goal;
  readonly round: number;
}

/** How long customers waited who came at random. */
export interface Service {
  readonly letter: Letter;
  /** Of what it can do at most. */
  readonly load: number;
  readonly perSecond: number;
  /** Round by round. */
  readonly rounds: readonly (readonly Waits[])[];
}

/** What the auditor says about the data afterwards. */
export interface Verdict {
  readonly letter: Letter;
  /** Invariants. */
  readonly broken: number;
  readonly summary: string;
  readonly orders: number;
  /** Of them, those that were not delivered: nobody called one off. */
  readonly undelivered: number;
}

/** One after another, so that nobody gets the better hour of the machine. */
const order: readonly Letter[] = ['a', 'd', 'c', 'b'];
const growthWorthHaving = 1.05;
const searchTimes = { warmUpMs: 2_000, windowMs: 3_000 };
const fewest: Readonly<Record<Letter, number>> = { a: 128, b: 128, c: 2, d: 16 };

type Tell = (what: string) => void;

/** @param tell is told what is under way. */
export async function bench(world: World, options: Options, tell: Tell): Promise<Measured> {
  const contestants = order.flatMap((letter) => world.contestants.find((one) => one.letter === letter) ?? []);
  const levels: Partial<Record<Letter, number>> = {};
  for (const one of contestants) levels[one.letter] = options.search ? await findKnee(one, tell) : fewest[one.letter];
  const turns: Turn[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    for (const goal of options.goals) {
      for (const one of contestants) {
        const sample = await onStage(one, goal, (stage) => stage.run(levels[one.letter]!, options));
        tell(
          `round ${round} of ${options.rounds}: (${one.letter}) ${sample.ordersPerSecond.toFixed(0)} orders per second ${goal}`,
        );
        turns.push({ letter: one.letter, goal, round, ...sample });
      }
    }
  }
  const services: Service[] = [];
  for (const thali of world.thalis) services.push(...(await serveAtRandom(thali, turns, options, tell)));
  const verdicts: Verdict[] = [];
  for (const thali of world.thalis) verdicts.push(await judge(thali, tell));
  return { turns, levels, services, verdicts };
}

/** The level after which neither twice nor four times as much brings 5 % more. */
async function findKnee(contestant: Contestant, tell: Tell): Promise<number> {
  return onStage(contestant, 'delivered', async (stage) => {
    let best = { level: contestant.levels[0]!, ordersPerSecond: 0 };
    for (const level of contestant.levels) {
      const { ordersPerSecond } = await stage.run(level, searchTimes);
      tell(`(${contestant.letter}) ${level} at once: ${ordersPerSecond.toFixed(0)} orders per second delivered`);
      if (ordersPerSecond > best.ordersPerSecond * growthWorthHaving) best = { level, ordersPerSecond };
      else if (level >= best.level * 4) break;
    }
    return best.level;
  });
}

async function serveAtRandom(
  thali: Thali,
  turns: readonly Turn[],
  { goals, loads, windowMs, rounds }: Options,
  tell: Tell,
): Promise<Service[]> {
  const { letter } = thali;
  const goal = goals.at(-1)!;
  const own = turns.filter((turn) => turn.letter === letter && turn.goal === goal);
  const most = median(own.map(({ ordersPerSecond }) => ordersPerSecond));
  return onStage(thali, goal, async (stage) => {
    const services = loads.map((load) => ({ letter, load, perSecond: most * load, rounds: [] as Waits[][] }));
    await stage.serve({ perSecond: most / 2, forMs: windowMs / 2, seed: 0 }); // To warm up.
    for (let round = 1; round <= rounds; round++) {
      for (const service of services) {
        const { perSecond } = service;
        tell(`round ${round} of ${rounds}: (${letter}) customers come at random, ${perSecond.toFixed(0)} a second`);
        service.rounds.push(await stage.serve({ perSecond, forMs: windowMs, seed: round }));
      }
    }
    return services;
  });
}

/** The data are to be right: a fast wrong answer is a failure. Everything that was begun is finished first. */
export async function judge(thali: Thali, tell: Tell): Promise<Verdict> {
  const { letter, urlOf } = thali;
  tell(`(${letter}) the audit`);
  const counted = await onStage(thali, 'delivered', (stage) => stage.countOrders());
  const { findings } = await audit({ urlOf, atRest: true });
  const broken = findings.filter(({ verdict }) => verdict === 'invalid').length;
  return { letter, broken, summary: summarise(findings), ...counted };
}

async function onStage<Stage extends Performance, Result>(
  contestant: { enter(goal: Goal): Promise<Stage> },
  goal: Goal,
  play: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const stage = await contestant.enter(goal);
  try {
    return await play(stage);
  } finally {
    await stage.leave();
  }
}
