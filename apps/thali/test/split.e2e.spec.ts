import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../testing/api';
import { describeJourneys, shortLimits, type Deployment } from '../testing/journeys';

jest.setTimeout(60_000);

const root = join(__dirname, '../../..');

/** Five processes, four databases and a broker; or what THALI_E2E_URL names, started by somebody else with the same limits. */
async function startSplit(): Promise<Deployment> {
  const given = process.env.THALI_E2E_URL;
  if (given) return { url: given, stop: async () => {} };
  const directory = mkdtempSync(join(tmpdir(), 'thali-split-'));
  const env = {
    ...process.env,
    ...shortLimits,
    THALI_DATA_DIR: directory,
    THALI_LOG_LEVEL: 'silent',
    PORT: '0',
  };
  const child = spawn(process.execPath, [join(root, 'dist/tools/dev/split.js')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (words: Buffer) => (said += words.toString()));
  await until(
    async () => said,
    (words) => words.includes('Swagger UI') || child.exitCode !== null,
    150_000,
  );
  if (child.exitCode !== null) throw new Error(said);
  const stop = async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
    rmSync(directory, { recursive: true, force: true });
  };
  return { url: /Thali serves (\S+)/.exec(said)![1]!, stop };
}

describeJourneys('an order, through separate services', startSplit);
