import { readSettings, type Environment } from '@thali/kit/nest';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findDatabases, modules, waitForRest } from '@thali/tools/audit';
import { Simulation, ThaliProcess } from '@thali/tools/simulate';
import { generateOrders } from './generate';

export interface FillOptions {
  /** The variables that say where the data is. */
  readonly env: Environment;
  readonly orders: number;
  /** Over which they are spread, up to now. */
  readonly days: number;
  /** How many orders are really brought or cancelled, to be cloned. */
  readonly templates: number;
  readonly tell: (what: string) => void;
}

const restWithinMs = 60_000;

/** Has some orders really brought or cancelled, and then fills the databases with as many like them as are wished. */
export async function fill({ env, orders, days, templates: wanted, tell }: FillOptions): Promise<void> {
  const { retentionDays } = readSettings(env, 'THALI', { able: modules, whole: [] });
  const templates = await playTemplates(env, wanted, tell);
  const databases = await findDatabases(env);
  const began = performance.now();
  const onProgress = (made: number) => tell(`${made} of ${orders} orders after ${secondsSince(began)} s`);
  try {
    await generateOrders({ urlOf: databases.urlOf, templates, orders, days, retentionDays, onProgress });
    tell(`Done after ${secondsSince(began)} s.`);
  } finally {
    await databases.release();
  }
}

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1_000).toFixed(0);
}

/** @returns the ids of orders that have ended, each in its own way. */
async function playTemplates(env: Environment, orders: number, tell: FillOptions['tell']): Promise<string[]> {
  const logFile = path.join(tmpdir(), `thali-generate-${process.pid}.log`);
  tell(`Thali starts, to bring ${orders} orders as templates, and logs to ${logFile}`);
  const thali = await ThaliProcess.start({ root: process.cwd(), env, logFile });
  try {
    const outcome = await new Simulation({ url: thali.url, orders, concurrency: orders, seed: 1 }).run();
    await rest(env);
    return outcome.endings.flatMap(({ orderId }) => orderId ?? []);
  } finally {
    await thali.stop();
  }
}

async function rest(env: Environment): Promise<void> {
  const databases = await findDatabases(env);
  try {
    const outstanding = await waitForRest(databases.urlOf, restWithinMs);
    if (Object.keys(outstanding).length > 0)
      throw new Error(`the databases do not come to rest; still under way: ${JSON.stringify(outstanding)}`);
  } finally {
    await databases.release();
  }
}
