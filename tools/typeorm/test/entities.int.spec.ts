import { messagingTables } from '@thali/kit/messaging';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { differencesIn, openMigratedSchema } from '../migrated-schema';

const folder = path.resolve(__dirname, '../../../libs/modules');
const modules = readdirSync(folder).filter((module) => existsSync(path.join(folder, module, 'src/entities.ts')));

/**
 * What TypeORM would change although it is right: it looks for a sequence without its schema. What it does not see at all stands in the
 * migrations only: the partitions of `messages` and `handled`, the index `inbox_by_key` by an expression, the table `horizon`, which has no
 * key, and when tables are vacuumed.
 */
const beyondTypeORM = (module: string) => [
  `ALTER TABLE "${module}"."handled" ALTER COLUMN "position" SET DEFAULT nextval('handled_position')`,
];

describe('the entities of a module', () => {
  let server: TestServer;
  beforeAll(async () => void (server = await aServer()));
  afterAll(() => server.drop());

  it.each(modules)('agree with its migrations, and so do those of its messages: %s', async (module) => {
    const dataSource = await openMigratedSchema(server.url, module, messagingTables);
    expect(await differencesIn(dataSource)).toEqual(beyondTypeORM(module));
  });
});
