import { moduleNames } from '@thali/contracts';
import { startEmbeddedPostgres } from '@thali/kit/postgres/embedded';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DataSource } from 'typeorm';
import { openMigratedSchema } from './migrated-schema';

/** The schema of a module as its migrations make it, on a server that goes with the DataSource. No data of Thali's is touched. */
export async function scratchDataSource(module: string | undefined): Promise<DataSource> {
  if (!module) throw new Error(`THALI_MODULE is not set: ${moduleNames.join(', ')}`);
  const directory = mkdtempSync(path.join(tmpdir(), 'thali-typeorm-'));
  const server = await startEmbeddedPostgres({ directory, settings: { fsync: 'off' } });
  const stop = async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const dataSource = await openMigratedSchema(server.url, module);
    const destroy = dataSource.destroy.bind(dataSource);
    return Object.assign(dataSource, { destroy: () => destroy().then(stop) });
  } catch (error) {
    await stop();
    throw error;
  }
}
