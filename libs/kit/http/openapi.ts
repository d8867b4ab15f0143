import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

interface About {
  title: string;
  description: string;
  version: string;
  /** Tags in the order in which Swagger UI shows them. */
  tags: readonly { name: string; description: string }[];
}

/** Serves Swagger UI at `/docs` and OpenAPI 3.1 at `/docs-json`, made of the schemas that check the requests. */
export function serveDocs(app: INestApplication, about: About): void {
  const builder = new DocumentBuilder().setTitle(about.title).setDescription(about.description).setVersion(about.version).setOpenAPIVersion('3.1.0');
  for (const { name, description } of about.tags) builder.addTag(name, description);
  const document = withSharedSchemas(SwaggerModule.createDocument(app, builder.build()));
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'docs-json', swaggerOptions: { tryItOutEnabled: true, defaultModelsExpandDepth: 0 } });
}

/** Schemas with an `id` are written once, under components, and referred to. */
function withSharedSchemas(document: OpenAPIObject): OpenAPIObject {
  const schemas: Record<string, unknown> = {};
  const move = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(move);
    if (typeof node !== 'object' || node === null) return node;
    const { $defs, ...rest } = node as Record<string, unknown>;
    for (const [name, schema] of Object.entries($defs ?? {})) schemas[name] = move(schema);
    return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, key === '$ref' ? shared(value) : move(value)]));
  };
  const moved = move(document) as OpenAPIObject;
  return { ...moved, components: { ...moved.components, schemas: { ...moved.components?.schemas, ...schemas } as never } };
}

const shared = (ref: unknown): string => String(ref).replace('#/$defs/', '#/components/schemas/');
