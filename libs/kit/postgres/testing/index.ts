import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { Database } from '../database';
import { provisionModule } from '../provision';

export { moveTime } from './move-time';
export { aPlug, placeOf, type Plug } from './plug';

/** A real, empty database of a test's own. */
export interface TestServer {
  /** Logs in as an administrator. */
  readonly url: string;
  /** Removes it, and ends the sessions that are still connected. */
  drop: () => Promise<void>;
}

/** A fresh, empty database on the server that the test run has started (`THALI_TEST_DATABASE_URL`). */
export async function aServer(): Promise<TestServer> {
  const server = process.env.THALI_TEST_DATABASE_URL;
  if (!server) throw new Error('THALI_TEST_DATABASE_URL is not set; run the tests with npm test');
  const name = `t_${randomBytes(6).toString('hex')}`;
  await asAdmin(server, `create database ${name}`);
  return {
    url: server.replace(/\/[^/?]*(\?|$)/, `/${name}$1`),
    drop: () => asAdmin(server, `drop database if exists ${name} with (force)`),
  };
}

/** A module's database as it is in production, its own schema and role, on a server of its own. */
export async function aDatabase(
  module: string,
  migrations: DataSourceOptions['migrations'],
): Promise<{ db: Database; server: TestServer; close: () => Promise<void> }> {
  const server = await aServer();
  const db = await Database.open({ module, migrations, url: await provisionModule(server.url, module) });
  const close = async () => {
    await db.close();
    await server.drop();
  };
  return { db, server, close };
}

async function asAdmin(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
