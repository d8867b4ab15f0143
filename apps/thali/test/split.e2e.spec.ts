import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logFolderOf } from '../../../tools/jest/log-folder';
import { describeWithRabbitMq, urlOfSharedRabbitMq } from '../../../tools/jest/with-rabbitmq';
import { until } from '../testing/api';
import { describeJourneys, shortLimits, type Deployment } from '../testing/journeys';

jest.setTimeout(60_000);

const root = join(__dirname, '../../..');

/** Five processes and four databases, on the broker of the run; or what THALI_E2E_URL names, started by somebody else with the same limits. */
async function startSplit(): Promise<Deployment> {
  const given = process.env.THALI_E2E_URL;
  if (given) return { url: given, stop: async () => {} };
  const directory = mkdtempSync(join(tmpdir(), 'thali-split-'));
  const env = {
    ...process.env,
    ...shortLimits,
    THALI_DATA_DIR: directory,
    THALI_RABBITMQ_URL: await urlOfSharedRabbitMq(),
    PORT: '0',
  };
  const child = spawn(process.execPath, [join(root, 'dist/tools/dev/split.js')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(logFolderOf(__filename), 'processes.log'));
  let said = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (words: Buffer) => (said += words.toString()));
    output.pipe(log, { end: false });
  }
  await until(
    async () => said,
    (words) => words.includes('Swagger UI') || child.exitCode !== null,
    150_000,
  );
  if (child.exitCode !== null) throw new Error(said);
  const stop = async () => {
    child.kill('SIGTERM');
    await once(child, 'close');
    log.end();
    rmSync(directory, { recursive: true, force: true });
  };
  return { url: /Thali serves (\S+)/.exec(said)![1]!, stop };
}

const describeSplit = process.env.THALI_E2E_URL ? describe : describeWithRabbitMq;

describeSplit('the separate services', () => describeJourneys('an order, through separate services', startSplit));
