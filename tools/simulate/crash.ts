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

/** Kills Thali so many times, spread over a run at random, and starts it again each time. Ends early when the run does. */
export async function crashRepeatedly(
  thali: ThaliProcess,
  simulation: Simulation,
  { times, random }: { times: number; random: Random },
): Promise<Crash[]> {
  const crashes: Crash[] = [];
  const { orders } = simulation.progress;
  for (let nth = 1; nth <= times; nth++) {
    const share = (nth - random.next()) / (times + 1);
    await reached(simulation, Math.floor(share * orders));
    await pause(random.between(0, latestMs));
    crashes.push({ inFlight: simulation.progress.inFlight });
    await thali.kill();
    await thali.restart();
  }
  return crashes;
}

async function reached(simulation: Simulation, ended: number): Promise<void> {
  while (simulation.progress.ended < ended || simulation.progress.inFlight === 0) await pause(looksEveryMs);
}
