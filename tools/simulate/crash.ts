import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from './random';
import type { Simulation } from './simulation';

/** Whatever can be killed and started again. */
export interface Victim {
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** One kill, and what it interrupted. */
export interface Crash {
  /** Orders under way at that moment. */
  readonly inFlight: number;
}

const looksEveryMs = 10;
const latestMs = 400;

/** Kills one victim after another, spread over a run at random, and starts each again. */
export async function crashInTurn(
  victims: readonly Victim[],
  simulation: Simulation,
  random: Random,
): Promise<Crash[]> {
  const crashes: Crash[] = [];
  for (const [at, victim] of victims.entries()) {
    await reached(simulation, (at + 1 - random.next()) / (victims.length + 1));
    await pause(random.between(0, latestMs));
    crashes.push({ inFlight: simulation.progress.inFlight });
    await victim.kill();
    await victim.restart();
  }
  return crashes;
}

/** Waits until this share of the orders has ended. */
export async function reached(simulation: Simulation, share: number): Promise<void> {
  for (let { ended, inFlight, orders } = simulation.progress; ended < share * orders || inFlight === 0;) {
    if (ended === orders) return;
    await pause(looksEveryMs);
    ({ ended, inFlight, orders } = simulation.progress);
  }
}
