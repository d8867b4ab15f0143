import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { canLaunchRabbitMq } from '@thali/tools/dev';
import type { Report } from '../report';

const root = path.resolve(__dirname, '../../..');
const letters = canLaunchRabbitMq() ? ['a', 'b', 'c', 'd'] : ['a', 'c', 'd'];

let out: string;
let report: Report;

beforeAll(async () => {
  out = mkdtempSync(path.join(tmpdir(), 'thali-bench-'));
  const args = [
    'tools/run.mjs',
    'lab/bench/main',
    '--quick',
    '--seconds',
    '3',
    '--to',
    'delivered',
    '--only',
    letters.join(),
    '--out',
    out,
  ];
  // It fails when an invariant does.
  await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 2 ** 24 });
  report = JSON.parse(readFileSync(path.join(out, 'bench.json'), 'utf8')) as Report;
}, 600_000);

afterAll(() => rmSync(out, { recursive: true, force: true }));

it('has everybody bring orders', () => {
  expect(report.rates.map(({ letter }) => letter)).toEqual(letters);
  expect(Math.min(...report.rates.map(({ ordersPerSecond }) => ordersPerSecond.min))).toBeGreaterThan(0);
});

it('has pgbench commit every transaction of an order by itself, and the floor share them', () => {
  const costOf = (letter: string) => report.rates.find((rate) => rate.letter === letter)!.cost;
  const { transactions } = report.anOrder.delivered!;
  expect(costOf('d').writes).toBeGreaterThan(transactions * 0.8);
  expect(costOf('c').writes).toBeLessThan(transactions / 16);
});

it('knows how long customers waited who came at random, and refuses none of them', () => {
  const [latency] = report.latencies;
  expect(latency).toMatchObject({ letter: 'a', refused: 0 });
  const { answered, confirmed, delivered } = latency!.waits;
  expect(answered!.p50).toBeGreaterThan(0);
  expect(confirmed!.p50).toBeGreaterThan(answered!.p50);
  expect(delivered!.p50).toBeGreaterThan(confirmed!.p50);
  expect(delivered!.p99.median).toBeGreaterThanOrEqual(delivered!.p50);
});

it('has every order delivered and the data audited, in which nothing is broken', () => {
  const thalis = letters.filter((letter) => 'ab'.includes(letter));
  expect(report.verdicts.map(({ letter }) => letter)).toEqual(thalis);
  for (const { broken, undelivered, orders } of report.verdicts) {
    expect({ broken, undelivered }).toEqual({ broken: 0, undelivered: 0 });
    expect(orders).toBeGreaterThan(0);
  }
});

it('leaves a picture, and nothing of its databases', () => {
  expect(readFileSync(path.join(out, 'bench.svg'), 'utf8')).toMatch(/^<svg [\s\S]*orders per second[\s\S]*<\/svg>\n$/);
  expect(existsSync(path.join(out, 'data'))).toBe(false);
});
