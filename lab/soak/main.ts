import { messageOf } from '@thali/kit/core';
import type { VitalSigns } from '@thali/kit/telemetry';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Place } from '../age/place';
import { slopeOf, type Point } from './slope';

const usage = 'npm run soak -- [--minutes 30] [--per-second 10] [--folder .thali/soak]';
const minuteMs = 60_000;
/** Until compilers and caches have settled. */
const settledAfterMinutes = 3;

/** Customers come at random, so many a second, for so many minutes; once a minute the process is asked how it fares. */
async function main(): Promise<void> {
  const { minutes, perSecond, folder } = readOptions();
  const place = await Place.open('soak', folder);
  try {
    const stage = await place.thali.enter('delivered');
    try {
      const serving = stage.serve({ perSecond, forMs: minutes * minuteMs, seed: 1 });
      serving.catch(() => {}); // Awaited below.
      const signs = await watch(stage.url, minutes);
      const waits = await serving;
      const delivered = waits.filter((wait) => wait.delivered !== undefined).length;
      console.log(`\n${waits.length} orders came, ${delivered} were delivered.`);
      conclude(signs);
    } finally {
      await stage.leave();
    }
  } finally {
    await place.close();
  }
}

async function watch(url: string, minutes: number): Promise<VitalSigns[]> {
  const signs: VitalSigns[] = [];
  for (let minute = 1; minute <= minutes; minute++) {
    await pause(minuteMs);
    const sign = (await (await fetch(`${url}/health/vitals`)).json()) as VitalSigns;
    const { rssMiB, heapMiB, eventLoopDelayMs: delay } = sign;
    console.log(
      `minute ${minute}: ${rssMiB} MiB resident, ${heapMiB} MiB of heap, event loop late by p50 ${delay.p50}, p99 ${delay.p99}, at most ${delay.max} ms`,
    );
    signs.push(sign);
  }
  return signs;
}

function conclude(all: readonly VitalSigns[]): void {
  const signs = all.slice(Math.min(settledAfterMinutes, all.length - 2));
  const points = (read: (sign: VitalSigns) => number): Point[] =>
    signs.map((sign) => ({ x: sign.uptimeS / 3_600, y: read(sign) }));
  const [rss, heap] = [slopeOf(points(({ rssMiB }) => rssMiB)), slopeOf(points(({ heapMiB }) => heapMiB))];
  console.log(
    `From minute ${all.length - signs.length + 1} on: resident ${signed(rss)} MiB an hour, heap ${signed(heap)} MiB an hour.`,
  );
  console.log(
    `Event loop: the worst minute's p99 was ${Math.max(...signs.map((sign) => sign.eventLoopDelayMs.p99))} ms.`,
  );
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(1)}`;
}

function readOptions(): { minutes: number; perSecond: number; folder: string } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { minutes: text, 'per-second': text, folder: text } });
  return {
    minutes: readNumber('minutes', values.minutes ?? '30', 2),
    perSecond: readNumber('per-second', values['per-second'] ?? '10', 1),
    folder: path.resolve(values.folder ?? '.thali/soak'),
  };
}

function readNumber(name: string, value: string, least: number): number {
  if (!/^\d{1,6}$/.test(value) || Number(value) < least)
    throw new Error(`--${name} is "${value}"; it should be a whole number from ${least}. ${usage}`);
  return Number(value);
}

main().catch((error: unknown) => {
  console.error(`The soak failed: ${messageOf(error)}`);
  process.exitCode = 1;
});
