import type { TestRun } from './global-setup';

export default async function stopServers(): Promise<void> {
  for (const end of (globalThis as TestRun).thaliEndings ?? []) await end();
}
