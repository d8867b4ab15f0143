import { rmSync } from 'node:fs';
import type { TestRun } from './global-setup';

export default async function stopDatabase(): Promise<void> {
  const run = (globalThis as TestRun).thaliTestServer;
  if (!run) return;
  await run.server.stop();
  rmSync(run.directory, { recursive: true, force: true });
}
