import { readSettings } from '@thali/kit/app/settings';
import { messageOf } from '@thali/kit/core';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { audit } from '../audit/audit';
import { findDatabases } from '../audit/databases';
import { modules } from '../audit/modules';
import { printFindings, summarise } from '../audit/print';
import { waitForRest } from '../audit/rest';
import { Simulation } from '../simulate/simulation';
import { ThaliProcess } from '../simulate/thali-process';
import { generateOrders } from './generate';

const usage = 'npm run generate -- [--orders 100000] [--days 365] [--templates 48] [--audit]';
const restWithinMs = 60_000;

/** Has some orders really brought or cancelled, and then fills the databases with as many like them as are wished. */
async function main(): Promise<void> {
  const { orders, days, templates: wanted, auditAfter } = readOptions();
  const { retentionDays } = readSettings(process.env, 'THALI', { able: modules, whole: [] });
  const templates = await playTemplates(wanted);
  const databases = await findDatabases(process.env);
  try {
    const began = performance.now();
    const onProgress = (made: number) =>
      console.log(`${made} of ${orders} orders after ${((performance.now() - began) / 1_000).toFixed(0)} s`);
    await generateOrders({ urlOf: databases.urlOf, templates, orders, days, retentionDays, onProgress });
    console.log(`Done after ${((performance.now() - began) / 1_000).toFixed(0)} s.`);
    if (!auditAfter) return;
    const { findings } = await audit({ urlOf: databases.urlOf });
    console.log(`${printFindings(findings)}\n\n${summarise(findings)}`);
    if (findings.some(({ verdict }) => verdict === 'invalid')) process.exitCode = 1;
  } finally {
    await databases.release();
  }
}

/** @returns the ids of orders that have ended, each in its own way. */
async function playTemplates(orders: number): Promise<string[]> {
  const logFile = path.join(tmpdir(), `thali-generate-${process.pid}.log`);
  console.log(`Thali starts, to bring ${orders} orders as templates, and logs to ${logFile}`);
  const thali = await ThaliProcess.start({ root: process.cwd(), env: process.env, logFile });
  try {
    const outcome = await new Simulation({ url: thali.url, orders, concurrency: orders, seed: 1 }).run();
    await rest();
    return outcome.endings.flatMap(({ orderId }) => orderId ?? []);
  } finally {
    await thali.stop();
  }
}

async function rest(): Promise<void> {
  const databases = await findDatabases(process.env);
  try {
    const outstanding = await waitForRest(databases.urlOf, restWithinMs);
    if (Object.keys(outstanding).length > 0)
      throw new Error(`the databases do not come to rest; still under way: ${JSON.stringify(outstanding)}`);
  } finally {
    await databases.release();
  }
}

function readOptions(): { orders: number; days: number; templates: number; auditAfter: boolean } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { orders: text, days: text, templates: text, audit: { type: 'boolean', default: false } },
  });
  return {
    orders: readNumber('orders', values.orders ?? '100000'),
    days: readNumber('days', values.days ?? '365'),
    templates: readNumber('templates', values.templates ?? '48'),
    auditAfter: values.audit,
  };
}

function readNumber(name: string, value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value))
    throw new Error(`--${name} is "${value}"; it should be a whole number above 0. ${usage}`);
  return Number(value);
}

main().catch((error: unknown) => {
  console.error(`Nothing, or not everything, was generated: ${messageOf(error)}`);
  process.exitCode = 1;
});
