import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from './random';
import type { Simulation } from './simulation';
import type { ThaliProcess } from './thali-process';

/** One kill, and what it interrupted. */
export interface Crash {
  /** Orders under way at that moment. */
  readonly inFlight: number;
}

const looksEveryMs = 10;
const latestMs = 400;

/** Kills Thali so many times, spread over a run at random, and starts it again each time. */
export async function crashRepeatedly(
  thali: ThaliProcess,
  simulation: Simulation,
  { times, random }: { times: number; random: Random },
): Promise<Crash[]> {
  const crashes: Crash[] = [];
  for (let nth = 1; nth <= times; nth++) {
    await reached(simulation, (nth - random.next()) / (times + 1));
    await pause(random.between(0, latestMs));
    crashes.push({ inFlight: simulation.progress.inFlight });
    await thali.kill();
    await thali.restart();
  }
  return crashes;
}

/** Waits until this share of the orders has ended. */
async function reached(simulation: Simulation, share: number): Promise<void> {
  for (let { ended, inFlight, orders } = simulation.progress; ended < share * orders || inFlight === 0;) {
    if (ended === orders) return;
    await pause(looksEveryMs);
    ({ ended, inFlight, orders } = simulation.progress);
  }
}
