import { readSettings, type Environment } from '@thali/kit/nest';
import { startEmbeddedPostgres } from '@thali/kit/postgres/embedded';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { modules, type Module, type UrlOf } from './modules';

/** Where the modules keep their data: found as the application finds it, read as an administrator. */
export interface Databases {
  readonly urlOf: UrlOf;
  /** Lets go of the embedded server, if it is that: it stops when nobody else uses it. */
  release(): Promise<void>;
}

/** @throws {Error} one sentence, when the variables are wrong or there is no data yet. */
export async function findDatabases(env: Environment): Promise<Databases> {
  const { databaseUrl, moduleDatabaseUrls, dataDirectory } = readSettings(env, 'THALI', { able: modules, whole: [] });
  // A bank without a database of its own has a schema where the payments are.
  const own = (module: Module) =>
    moduleDatabaseUrls[module] ?? (module === 'bank' ? moduleDatabaseUrls.payment : undefined) ?? databaseUrl;
  if (modules.every(own)) return { urlOf: (module) => own(module) as string, release: async () => {} };
  if (!existsSync(path.join(dataDirectory, 'postgres')))
    throw new Error(`there is no data in ${dataDirectory}: start Thali first, or say where its data is`);
  const embedded = await startEmbeddedPostgres({ directory: dataDirectory });
  return { urlOf: (module) => own(module) ?? embedded.url, release: () => embedded.stop() };
}
