import { messageOf } from '@thali/kit/core';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Sample } from '../bench/contestants/contestant';
import { median } from '../bench/measure';
import { Place, type Served } from './place';

const usage =
  'npm run age -- [--orders 1000000] [--per-second 20] [--seconds 60] [--rounds 3] [--at-once 256] [--folder .thali/age]';
const warmUpMs = 6_000;

type Options = ReturnType<typeof readOptions>;

/** Measures whether an order costs more at a Thali that has brought very many than at one that has just been founded. */
async function main(): Promise<void> {
  const options = readOptions();
  const places: Place[] = [];
  try {
    for (const name of ['young', 'old']) places.push(await Place.open(name, path.join(options.folder, name)));
    const [young, old] = places as [Place, Place];
    await old.fill(options.orders);
    for (const place of places) console.log(`${place.name}: ${await place.count()} orders`);
    await sideBySide(young, old, options);
    await inTurns(young, old, options);
  } finally {
    for (const place of places) await place.close();
  }
}

/** Both at the same time with the same customers: whatever else the machine does, it does to both. */
async function sideBySide(young: Place, old: Place, { perSecond, windowMs, rounds }: Options): Promise<void> {
  console.log(`\nside by side, ${perSecond} orders a second each`);
  const stages = await Promise.all([young.enter(), old.enter()]);
  const ratios: number[] = [];
  try {
    await Promise.all(stages.map((stage) => stage.serve({ perSecond, forMs: warmUpMs, seed: 0 })));
    for (let round = 1; round <= rounds; round++) {
      const customers = { perSecond, forMs: windowMs, seed: round };
      const [first, second] = await Promise.all(stages.map((stage) => stage.serve(customers)));
      console.log(`young: ${describeServed(first!)}\nold:   ${describeServed(second!)}`);
      ratios.push(second!.cpuMs / first!.cpuMs);
    }
  } finally {
    for (const stage of stages) await stage.leave();
  }
  console.log(`an order's CPU time, old to young: ${list(ratios)}`);
}

/** One after the other, each as fast as it can. */
async function inTurns(young: Place, old: Place, { atOnce, windowMs, rounds }: Options): Promise<void> {
  console.log(`\nin turns, ${atOnce} orders at once`);
  const samples = new Map<Place, Sample[]>([
    [young, []],
    [old, []],
  ]);
  for (let round = 1; round <= rounds; round++)
    for (const place of round % 2 ? [young, old] : [old, young]) {
      const sample = await place.run(atOnce, { warmUpMs, windowMs });
      samples.get(place)!.push(sample);
      console.log(`${place.name}: ${sample.ordersPerSecond.toFixed(0)} orders per second`);
    }
  const ratios = samples
    .get(young)!
    .map(({ ordersPerSecond }, n) => samples.get(old)![n]!.ordersPerSecond / ordersPerSecond);
  console.log(`orders per second, old to young: ${list(ratios)}`);
}

function describeServed({ orders, cpuMs, walBytes, answeredMs, deliveredMs }: Served): string {
  return [
    `${orders} orders`,
    `${cpuMs.toFixed(2)} ms of CPU each`,
    `${(walBytes / 1_024).toFixed(1)} KiB of WAL`,
    `answered after p50 ${answeredMs.p50.toFixed(0)} ms, p99 ${answeredMs.p99.toFixed(0)} ms`,
    `delivered after p50 ${deliveredMs.p50.toFixed(0)} ms, p99 ${deliveredMs.p99.toFixed(0)} ms`,
  ].join(', ');
}

function list(ratios: readonly number[]): string {
  return `${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}; in the middle ${median(ratios).toFixed(2)}`;
}

function readOptions() {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { orders: text, 'per-second': text, seconds: text, rounds: text, 'at-once': text, folder: text },
  });
  return {
    orders: readNumber('orders', values.orders ?? '1000000'),
    perSecond: readNumber('per-second', values['per-second'] ?? '20'),
    windowMs: readNumber('seconds', values.seconds ?? '60') * 1_000,
    rounds: readNumber('rounds', values.rounds ?? '3'),
    atOnce: readNumber('at-once', values['at-once'] ?? '256'),
    folder: path.resolve(values.folder ?? '.thali/age'),
  };
}

function readNumber(name: string, value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value))
    throw new Error(`--${name} is "${value}"; it should be a whole number above 0. ${usage}`);
  return Number(value);
}

main().catch((error: unknown) => {
  console.error(`It was not measured: ${messageOf(error)}`);
  process.exitCode = 1;
});
