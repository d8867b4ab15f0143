import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { differencesIn, openMigratedSchema } from '../migrated-schema';

const folder = path.resolve(__dirname, '../../../libs/modules');
const modules = readdirSync(folder).filter((module) => existsSync(path.join(folder, module, 'src/entities.ts')));

describe('the entities of a module', () => {
  let server: TestServer;
  beforeAll(async () => void (server = await aServer()));
  afterAll(() => server.drop());

  it.each(modules)('agree with its migrations: %s', async (module) => {
    expect(await differencesIn(await openMigratedSchema(server.url, module))).toEqual([]);
  });
});
