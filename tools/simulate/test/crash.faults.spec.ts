import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { logFolderOf } from '../../jest/log-folder';
import { findDatabases } from '../../audit/databases';
import { crashInTurn } from '../crash';
import { haste } from '../haste';
import { Random } from '../random';
import { Simulation } from '../simulation';
import { ThaliProcess } from '../thali-process';
import { readTimelines } from '../timeline';
import { judge } from '../verdict';

const root = path.resolve(__dirname, '../../..');
const folder = mkdtempSync(path.join(tmpdir(), 'thali-crash-'));

const env = { PATH: process.env.PATH, THALI_DATA_DIR: folder, ...haste };

let thali: ThaliProcess | undefined;

afterAll(async () => {
  await thali?.stop();
  // A database server outlives a process that is killed: who comes last stops it.
  await (await findDatabases(env)).release();
  rmSync(folder, { recursive: true, force: true });
});

it('ends every order and breaks no invariant, however often it is killed meanwhile', async () => {
  const seed = Number(process.env.THALI_TEST_SEED);
  thali = await ThaliProcess.start({ root, env, logFile: path.join(logFolderOf(__filename), 'thali.log') });
  const simulation = new Simulation({ url: thali.url, orders: 200, concurrency: 25, seed });

  const [outcome, crashes] = await Promise.all([
    simulation.run(),
    crashInTurn(
      Array.from({ length: 4 }, () => thali!),
      simulation,
      new Random(seed),
    ),
  ]);
  const databases = await findDatabases(env);
  const { outstanding, findings } = await judge(outcome, databases.urlOf);
  const timelines = await readTimelines(
    thali.url,
    outcome.endings.flatMap(({ orderId }) => orderId ?? []),
  );
  await databases.release();

  expect(crashes.filter(({ inFlight }) => inFlight > 0)).toHaveLength(4);
  expect(outcome.endings).toHaveLength(200);
  expect(outcome.endings.filter(({ outcome }) => outcome === 'unknown' || outcome === 'unfinished')).toEqual([]);
  expect(outstanding).toEqual({});
  expect(findings.filter(({ verdict }) => verdict !== 'valid')).toEqual([]);
  expect(timelines.filter(({ deliveredInMs }) => deliveredInMs !== undefined)).not.toEqual([]);
}, 900_000);
