import { Database, provisionModule } from '@thali/kit/postgres';
import { DataSource, type DataSourceOptions, type EntitySchema } from 'typeorm';

interface ModuleSchema {
  readonly entities: readonly EntitySchema[];
  readonly migrations: DataSourceOptions['migrations'];
}

/** What a module says of its tables. @throws when there is no such module. */
async function schemaOf(module: string): Promise<ModuleSchema> {
  const source = `../../libs/modules/${module}/src`;
  const [{ entities }, { migrations }] = (await Promise.all([
    import(`${source}/entities`),
    import(`${source}/migrations`),
  ])) as [Pick<ModuleSchema, 'entities'>, Pick<ModuleSchema, 'migrations'>];
  return { entities, migrations };
}

/**
 * A DataSource of the module's entities, on its schema as its migrations make it.
 *
 * @param adminUrl a database where the module has nothing yet.
 * @param also other entities of which the module's migrations make tables.
 */
export async function openMigratedSchema(
  adminUrl: string,
  module: string,
  also: readonly EntitySchema[] = [],
): Promise<DataSource> {
  const { entities, migrations } = await schemaOf(module);
  const url = await provisionModule(adminUrl, module);
  const db = await Database.open({ module, url, migrations });
  // TypeORM remembers expressions of generated columns in this table, and fails without it. Ours stand in the migrations only.
  await db.read(
    `create table typeorm_metadata (type text, database text, schema text, "table" text, name text, value text)`,
  );
  await db.close();
  return new DataSource({ type: 'postgres', url, schema: module, entities: [...entities, ...also] });
}

/** What TypeORM would do to a schema to make it what the entities say: nothing, if they agree. */
export async function differencesIn(dataSource: DataSource): Promise<string[]> {
  await dataSource.initialize();
  try {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  } finally {
    await dataSource.destroy();
  }
}
