import { listeners } from '@thali/contracts';
import { createApp, servicesOf, type App, type Service } from '@thali/kit/nest';
import { answeringsOf, subscriptionsOf } from '@thali/kit/messaging';
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
    const surveys = await Promise.all(servicesOf(app.nest).map((service) => surveyModule(app, service, databaseUrl)));
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

async function surveyModule({ nest }: App, service: Service, databaseUrl: string): Promise<ModuleSurvey> {
  const { name, providers } = service;
  const { paths } = SwaggerModule.createDocument(nest, new DocumentBuilder().build(), {
    include: [...service.modules],
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
    subscriptions: providers
      .flatMap(subscriptionsOf)
      .map((subscription) => ({ name: subscription.name, types: subscription.types.map(({ type }) => type) })),
    answers: providers.flatMap(answeringsOf).map(({ question }) => question.name),
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
