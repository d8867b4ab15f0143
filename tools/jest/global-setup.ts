import { mkdtempSync, rmSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../libs/kit/postgres/embedded';
import { SharedRabbitMq, supplyRabbitMq } from './rabbitmq';

/** What the run has started, the last first. */
export interface TestRun {
  thaliEndings?: (() => Promise<void>)[];
}

/** One Postgres for the whole test run, in which every test file makes its own database; one RabbitMQ; one seed. */
export default async function startServers(): Promise<void> {
  const endings: (() => Promise<void>)[] = ((globalThis as TestRun).thaliEndings = []);
  process.env.THALI_TEST_SEED ??= String(randomInt(1, 1_000_000));
  process.env.THALI_TEST_RABBITMQ_SUPPLY = await supplyRabbitMq();
  const broker = await SharedRabbitMq.offer();
  endings.unshift(() => broker.end());
  process.env.THALI_TEST_RABBITMQ = broker.askAt;
  if (process.env.THALI_TEST_DATABASE_URL) return;
  const directory = mkdtempSync(join(tmpdir(), 'thali-test-'));
  // What a test loses in a power failure, it makes again.
  const server = await startEmbeddedPostgres({
    directory,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 300 },
  });
  endings.unshift(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  process.env.THALI_TEST_DATABASE_URL = server.url;
}
