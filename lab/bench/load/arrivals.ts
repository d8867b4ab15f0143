import { Random } from '@thali/tools/simulate';

/**
 * When customers come who know nothing of each other: a Poisson process. Its moments are chosen beforehand and latencies are counted
 * from them, so that a server that stands still cannot keep customers from being counted ("coordinated omission", Gil Tene).
 *
 * @returns milliseconds from the start, in order.
 */
export function planArrivals(options: { perSecond: number; forMs: number; seed: number }): number[] {
  const random = new Random(options.seed);
  const meanMs = 1_000 / options.perSecond;
  const arrivals: number[] = [];
  for (let at = next(random, meanMs); at < options.forMs; at += next(random, meanMs)) arrivals.push(at);
  return arrivals;
}

function next(random: Random, meanMs: number): number {
  return -Math.log(1 - random.next()) * meanMs;
}

/** In how many milliseconds so many orders come under way: one by one, because together they would reach the goal together, in waves. */
export const fillMs = (inFlight: number): number => inFlight * 8;
