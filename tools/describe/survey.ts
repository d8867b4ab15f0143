import { listeners } from '@thali/contracts';
import { ModuleExplorer, type KitModule } from '@thali/kit/nest';
import { createApp, type App } from '@thali/kit/nest/run';
import type { SagaDefinition } from '@thali/kit/saga';
import { SagaRunner } from '@thali/kit/saga/runner';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Client } from 'pg';
import { docs } from '../../apps/thali/src/docs';
import { modules } from '../../apps/thali/src/modules';

/** What a module turns out to be, once it is built. */
export interface ModuleSurvey {
  readonly name: string;
  readonly routes: readonly { call: string; summary: string }[];
  /** What it handles: which messages, under which name. */
  readonly subscriptions: readonly { name: string; types: readonly string[] }[];
  /** The questions it answers. */
  readonly answers: readonly string[];
  readonly sagas: readonly SagaDefinition<unknown, unknown>[];
  /** Of its own. */
  readonly tables: readonly string[];
}

export interface Survey {
  readonly modules: readonly ModuleSurvey[];
  /** The tables that every module has, because its messages travel through them. */
  readonly plumbing: readonly string[];
  /** Of all routes. */
  readonly openapi: object;
}

/**
 * Builds Thali whole, on an empty database, and looks at what it is made of. It serves nothing and sends nothing.
 *
 * @param databaseUrl an administrator's login.
 */
export async function surveyThali(databaseUrl: string): Promise<Survey> {
  const env = {
    THALI_DATABASE_URL: databaseUrl,
    THALI_SECRET: 'nothing is sealed here',
    THALI_SEED: 'false',
    THALI_LOG_LEVEL: 'error',
  };
  const app = await createApp({ name: 'thali', modules, listeners, docs, env });
  try {
    await app.nest.init();
    const found = app.nest.get(ModuleExplorer).explore();
    const surveys = await Promise.all(found.map((module) => surveyModule(app, module, databaseUrl)));
    const [first, ...others] = surveys.map(({ tables }) => tables);
    const plumbing = (first ?? []).filter((table) => others.every((tables) => tables.includes(table)));
    return {
      modules: surveys.map((survey) => ({
        ...survey,
        tables: survey.tables.filter((table) => !plumbing.includes(table)),
      })),
      plumbing,
      openapi: (await app.nest.inject('/docs-json')).json(),
    };
  } finally {
    await app.stop();
  }
}

async function surveyModule({ nest }: App, module: KitModule, databaseUrl: string): Promise<ModuleSurvey> {
  const { name, providers } = module;
  const { paths } = SwaggerModule.createDocument(nest, new DocumentBuilder().build(), {
    include: [...module.modules],
  });
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { summary?: string }>).map(([method, { summary = '' }]) => ({
      call: `${method.toUpperCase()} ${path}`,
      summary,
    })),
  );
  return {
    name,
    routes,
    subscriptions: module.subscriptions.map(({ name, types }) => ({ name, types: types.map(({ type }) => type) })),
    answers: module.answers.map(({ question }) => question.name),
    sagas: providers
      .filter((provider) => provider instanceof SagaRunner)
      .map(({ definition }) => definition as SagaDefinition<unknown, unknown>),
    tables: await tablesOf(name, databaseUrl),
  };
}

async function tablesOf(schema: string, databaseUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = $1::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`,
      [`"${schema}"`],
    );
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}
