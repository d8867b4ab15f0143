import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../libs/kit/postgres/embedded';

/** One Postgres for the whole test run; every test file makes its own database in it. */
export default async function startDatabase(): Promise<void> {
  if (process.env.THALI_TEST_DATABASE_URL) return;
  const directory = mkdtempSync(join(tmpdir(), 'thali-test-'));
  // What a test loses in a power failure, it makes again.
  const server = await startEmbeddedPostgres({
    directory,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 300 },
  });
  process.env.THALI_TEST_DATABASE_URL = server.url;
  (globalThis as TestRun).thaliTestServer = { server, directory };
}

export interface TestRun {
  thaliTestServer?: { server: EmbeddedPostgres; directory: string };
}
