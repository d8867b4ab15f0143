import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AsyncApi } from './async-api';
import { describeRefusals } from './describe-refusals';
import { messagePage } from './message-page';
import { withSharedSchemas } from './shared-schemas';

interface About {
  title: string;
  description: string;
  version: string;
  /** Tags in the order in which Swagger UI shows them. */
  tags: readonly { name: string; description: string }[];
}

/** What a process documents for developers. */
export interface Docs {
  /** Of its routes: what stands above them; or a whole OpenAPI document, where the routes themselves are elsewhere. */
  api: About | { openapi: string };
  /** Of its messages: an AsyncAPI 3 document. */
  messages?: { asyncapi: string };
}

/**
 * Serves Swagger UI at `/docs` and OpenAPI 3.1 at `/docs-json`, made of the schemas that check the requests; and the messages at
 * `/docs/messages`, for programs at `/docs/messages.json`.
 */
export function serveDocs(app: INestApplication, { api, messages }: Docs): void {
  const document = 'openapi' in api ? (api as OpenAPIObject) : describeRoutes(app, api);
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'docs-json',
    customSiteTitle: document.info.title,
    swaggerOptions: { tryItOutEnabled: true, defaultModelsExpandDepth: 0 },
  });
  if (messages) serveMessages(app, messages as AsyncApi);
  serveFrontDoor(app, document.info.title, messages !== undefined);
}

/** At `/`, a browser is led to Swagger UI, and a program reads where everything is. */
function serveFrontDoor(app: INestApplication, title: string, hasMessages: boolean): void {
  const links = {
    docs: '/docs',
    openapi: '/docs-json',
    ...(hasMessages && { messages: '/docs/messages', asyncapi: '/docs/messages.json' }),
    live: '/health/live',
    ready: '/health/ready',
  };
  app.getHttpAdapter().get('/', ({ headers }: FastifyRequest, reply: FastifyReply) => {
    void reply.header('vary', 'Accept');
    if (headers.accept?.includes('text/html')) return void reply.redirect('/docs', 302);
    void reply.send({ title, links });
  });
}

function describeRoutes(app: INestApplication, about: About): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle(about.title)
    .setDescription(about.description)
    .setVersion(about.version)
    .setOpenAPIVersion('3.1.0')
    .addServer('/');
  for (const { name, description } of about.tags) builder.addTag(name, description);
  const document = withSharedSchemas(SwaggerModule.createDocument(app, builder.build()));
  return { ...describeRefusals(document), security: [] };
}

function serveMessages(app: INestApplication, document: AsyncApi): void {
  const page = messagePage(document);
  const server = app.getHttpAdapter();
  server.get(
    '/docs/messages',
    (_: unknown, reply: FastifyReply) => void reply.type('text/html; charset=utf-8').send(page),
  );
  server.get('/docs/messages.json', (_: unknown, reply: FastifyReply) => void reply.send(document));
}
