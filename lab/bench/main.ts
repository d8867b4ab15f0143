import { messageOf } from '@thali/kit/core';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bench, judge } from './bench';
import { drawChart } from './chart';
import { writeDocuments } from './documents';
import { readOptions, type Options } from './options';
import { overload, printOverload } from './overload';
import { printReport } from './print';
import { makeReport, type Report } from './report';
import { buildWorld } from './world';

const endings: (() => Promise<unknown>)[] = [];

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  // By default not among the temporary files: where these are kept in memory, fsync costs nothing.
  const folder = path.resolve(options.out, 'data');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  endings.push(async () => rmSync(folder, { recursive: true, force: true }));
  const began = performance.now();
  const tell = (what: string) =>
    process.stderr.write(`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${what}\n`);
  if (options.overload) return await flood(options, { folder, tell, endings });
  const world = await buildWorld(options, { folder, tell, endings });
  const report = makeReport(world, await bench(world, options, tell));
  keep(report, options);
  console.log(options.json ? JSON.stringify(report, null, 2) : printReport(report));
  if (report.verdicts.some(({ broken, undelivered }) => broken > 0 || undelivered > 0)) process.exitCode = 1;
}

/** Of (a) and (b), as far as they are wanted. */
async function flood({ windowMs, only, json }: Options, site: Parameters<typeof buildWorld>[1]): Promise<void> {
  const { thalis } = await buildWorld({ only: only.filter((letter) => 'ab'.includes(letter)), goals: [] }, site);
  for (const thali of thalis) {
    const seen = await overload(thali, windowMs, site.tell);
    const verdict = await judge(thali, site.tell);
    console.log(
      json ? JSON.stringify({ ...seen, verdict }) : `${thali.name}\n${printOverload(seen)}\n${verdict.summary}\n`,
    );
    if (verdict.broken > 0 || verdict.undelivered > 0) process.exitCode = 1;
  }
}

function keep(report: Report, { out, writeDocs }: Options): void {
  mkdirSync(out, { recursive: true });
  writeFileSync(path.join(out, 'bench.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(path.join(out, 'bench.svg'), drawChart(report));
  if (writeDocs) writeDocuments(report);
}

async function end(): Promise<void> {
  for (const ending of endings.splice(0).reverse())
    await ending().catch((error: unknown) => process.stderr.write(`${messageOf(error)}\n`));
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void end().then(() => process.exit(130)));

main()
  .catch((error: unknown) => {
    console.error(`The bench failed: ${messageOf(error)}`);
    process.exitCode = 1;
  })
  .finally(() => void end());
