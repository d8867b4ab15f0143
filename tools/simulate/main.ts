import { messageOf } from '@thali/kit/core';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findDatabases } from '../audit/databases';
import { printFindings, summarise } from '../audit/print';
import { Api } from './api';
import { showProgress } from './progress-bar';
import { reportOutcome } from './report';
import { Simulation, type Outcome } from './simulation';
import { ThaliProcess } from './thali-process';
import { readTimelines } from './timeline';
import { isBehind, judge } from './verdict';

const usage = 'npm run simulate -- [--orders 1000] [--concurrency 50] [--seed N] [--url http://127.0.0.1:3000]';

async function main(): Promise<void> {
  const options = readOptions();
  const { url, stop } = await findThali(options.url);
  try {
    await simulate({ ...options, url });
  } finally {
    await stop();
  }
}

async function simulate(options: { url: string; orders: number; concurrency: number; seed: number }): Promise<void> {
  const { url, orders, concurrency, seed } = options;
  console.log(`${orders} orders, ${concurrency} at a time, at ${url}. The same again: --seed ${seed}\n`);
  const simulation = new Simulation(options);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => simulation.stop());
  const endProgress = showProgress(() => simulation.progress);
  const outcome = await simulation.run().finally(endProgress);
  const findings = await auditRun(outcome);
  const timelines = await readTimelines(
    url,
    outcome.endings.flatMap(({ orderId }) => orderId ?? []),
  );
  console.log(`${reportOutcome(outcome, timelines)}\n`);
  console.log(findings);
  for (const path of outcome.paths.missed) console.log(`unknown: it was planned and never happened: ${path}`);
}

/** Sets the exit code. @returns what to say about it. */
async function auditRun(outcome: Outcome): Promise<string> {
  const databases = await findDatabases(process.env).catch(() => undefined);
  try {
    if (!databases || !(await isBehind(databases.urlOf, outcome))) return elsewhere;
    const { outstanding, findings } = await judge(outcome, databases.urlOf);
    const stuck = Object.entries(outstanding).map(([what, count]) => `still under way: ${count} in ${what}`);
    if (findings.some(({ verdict }) => verdict === 'invalid')) process.exitCode = 1;
    return [printFindings(findings), '', ...stuck, summarise(findings)].join('\n');
  } finally {
    await databases?.release();
  }
}

const elsewhere =
  'unknown: nothing was audited: the data of this server is elsewhere. Set the same variables as for the server, so that it is found.';

/** The one that runs, or one of our own. @throws {Error} when nobody answers where somebody should. */
async function findThali(wanted: string | undefined): Promise<{ url: string; stop: () => Promise<void> }> {
  const url = wanted ?? `http://127.0.0.1:${process.env.PORT ?? 3000}`;
  const api = new Api(url);
  const isThere = await api.isThere();
  api.close();
  if (isThere) return { url, stop: async () => {} };
  if (wanted)
    throw new Error(
      `nobody answers at ${wanted}. Start Thali there with npm start, or leave out --url: then it is started for you`,
    );
  const logFile = path.join(tmpdir(), `thali-simulate-${process.pid}.log`);
  console.log(`Nobody answers at ${url}: starting Thali, which logs to ${logFile}`);
  const thali = await ThaliProcess.start({ root: process.cwd(), env: process.env, logFile });
  return { url: thali.url, stop: async () => void (await thali.stop()) };
}

function readOptions(): { orders: number; concurrency: number; seed: number; url: string | undefined } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { orders: text, concurrency: text, seed: text, url: text } });
  return {
    orders: readNumber('orders', values.orders ?? '1000'),
    concurrency: readNumber('concurrency', values.concurrency ?? '50'),
    seed: readNumber('seed', values.seed ?? String(1 + Math.floor(Math.random() * 1_000_000))),
    url: values.url?.replace(/\/+$/, ''),
  };
}

function readNumber(name: string, value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value))
    throw new Error(`--${name} is "${value}"; it should be a whole number above 0. ${usage}`);
  return Number(value);
}

main().catch((error: unknown) => {
  console.error(`The simulation failed: ${messageOf(error)}`);
  process.exitCode = 1;
});
