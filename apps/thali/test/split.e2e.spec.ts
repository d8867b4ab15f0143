import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
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
  const port = await fivePorts();
  const env = {
    ...process.env,
    ...shortLimits,
    THALI_DATA_DIR: directory,
    THALI_LOG_LEVEL: 'silent',
    PORT: String(port),
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
  return { url: `http://127.0.0.1:${port}`, stop };
}

/** The first of five ports in a row that nobody listens on, and that are not among those that connections are made from. */
async function fivePorts(): Promise<number> {
  const servers: Server[] = [];
  const close = () => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  const first = randomInt(10_000, 32_000);
  try {
    for (let next = first; next < first + 5; next++) {
      const server = createServer().listen(next, '127.0.0.1');
      servers.push(server);
      await once(server, 'listening');
    }
    await close();
    return first;
  } catch {
    await close();
    return fivePorts();
  }
}

describeJourneys('an order, through separate services', startSplit);
