import { listeners } from '@thali/contracts';
import { createApp, type App } from '@thali/kit/nest/run';
import { aServer } from '@thali/kit/postgres/testing';
import { docs } from '../src/docs';
import { modules } from '../src/modules';
import type { Deployment } from './journeys';

/** Thali in this process. */
export interface ThaliHere extends Deployment {
  readonly app: App;
  /** Logs in as an administrator of its database. */
  readonly databaseUrl: string;
}

/** Starts all modules in this process, on a fresh database and any free port. @param env what differs from that. */
export async function startThali(env: Readonly<Record<string, string>>): Promise<ThaliHere> {
  const server = await aServer();
  const here = {
    PORT: '0',
    THALI_DATABASE_URL: server.url,
    THALI_SECRET: 'the secret of a test',
    THALI_LOG_LEVEL: 'silent',
  };
  const app = await createApp({ name: 'thali', modules, listeners, docs, env: { ...here, ...env } });
  const url = await app.start();
  const stop = async () => {
    await app.stop();
    await server.drop();
  };
  return { app, url, databaseUrl: server.url, stop };
}
