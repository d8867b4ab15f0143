import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { costOf } from '../measure';
import type { Recipe } from '../recipe/recipe';
import { asScript } from '../recipe/sql';
import { firstPlace } from '../town';
import type { Contestant, Sample, Times } from './contestant';
import { statements, type Bare } from './floor';

/** (d) The same transactions one statement at a time, prepared, by PostgreSQL's own pgbench; from Node where there is none. */
export function oneByOne(bare: Bare & { folder: string }): Contestant {
  return hasPgbench() ? pgbench(bare) : statements(bare);
}

function hasPgbench(): boolean {
  try {
    execFileSync('pgbench', ['--version']);
    return true;
  } catch {
    return false;
  }
}

function pgbench({ meter, url, recipes, numbers, folder }: Bare & { folder: string }): Contestant {
  return {
    letter: 'd',
    name: 'pgbench, statement by statement',
    levels: [8, 16, 32],
    enter: async (goal) => {
      const file = await writeScript(recipes[goal] ?? [], path.join(folder, `${goal}.pgbench`));
      const run = async (clients: number, { warmUpMs, windowMs }: Times): Promise<Sample> => {
        await pgbenchRun(file, { url, clients, firstNumber: numbers(), forMs: warmUpMs });
        const from = await meter.read({ program: 'ended' });
        const { orders, ordersPerSecond } = await pgbenchRun(file, {
          url,
          clients,
          firstNumber: numbers(),
          forMs: windowMs,
        });
        const to = await meter.read({ program: 'ended' });
        return { ordersPerSecond, cost: costOf(from, to, orders) };
      };
      return { run, leave: async () => {} };
    },
  };
}

interface Run {
  readonly url: string;
  readonly clients: number;
  readonly firstNumber: number;
  readonly forMs: number;
}

async function pgbenchRun(file: string, { url, clients, firstNumber, forMs }: Run) {
  const variables = { first: firstNumber, clients, turn: 0 };
  const args = [
    '--no-vacuum',
    '--protocol=prepared',
    `--client=${clients}`,
    `--jobs=${Math.min(2, clients)}`,
    `--time=${Math.ceil(forMs / 1_000)}`,
    `--file=${file}`,
    ...Object.entries(variables).map(([name, value]) => `--define=${name}=${value}`),
    url,
  ];
  const env = { ...process.env, PGOPTIONS: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off' };
  const child = spawn('pgbench', args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const [out, problems, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  const orders = Number(/actually processed: (\d+)/.exec(out)?.[1]);
  const ordersPerSecond = Number(/tps = ([\d.]+)/.exec(out)?.[1]);
  if (code !== 0 || !(orders > 0) || !/failed transactions: 0 /.test(out))
    throw new Error(`pgbench failed: ${problems.trim()}`);
  return { orders, ordersPerSecond };
}

/** Numbers as {@link numberParts} makes them, in pgbench's own arithmetic. */
async function writeScript(recipe: Recipe, file: string): Promise<string> {
  const numbers = [
    '\\set turn :turn + 1',
    '\\set number :first + :turn * :clients + :client_id',
    '\\set high 100 + :number / 900000',
    '\\set low 100000 + :number % 900000',
    `\\set place ${firstPlace} + :client_id`,
  ];
  await writeFile(file, [...numbers, ...asScript(recipe).map((sql) => `${sql};`), ''].join('\n'));
  return file;
}
