import Ajv2020 from 'ajv/dist/2020';

/** As much of OpenAPI 3.1 as it takes to try a document out. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
    readonly required?: boolean;
  };
  readonly responses: Readonly<Record<string, object>>;
}

interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Schema {
  readonly $ref?: string;
  readonly example?: unknown;
  readonly default?: unknown;
}

/** A request as Swagger UI sends it when one presses "Try it out" and "Execute". */
export interface Example {
  /** Such as `POST /orders/{id}/cancel`. */
  readonly route: string;
  readonly path: string;
  readonly init: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  /** What it promises to answer. */
  readonly status: number;
}

/** Every request of the document, filled with its examples. @throws when a required parameter has none. */
export function examplesIn({ paths, components }: OpenApi): Example[] {
  const follow = (schema: Schema): Schema => components.schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [], requestBody, responses }]) => {
      const filled = parameters
        .map(({ schema, ...rest }) => ({ ...rest, value: follow(schema).example }))
        .filter(({ required, value }) => required || value !== undefined);
      const of = (place: Parameter['in']) =>
        filled.filter((parameter) => parameter.in === place).map(({ name, value }) => [name, String(value)] as const);
      const query = new URLSearchParams(of('query').map(([name, value]) => [name, value])).toString();
      const address = of('path').reduce((whole, [name, value]) => whole.replace(`{${name}}`, value), path);
      const body = requestBody?.content['application/json']?.schema;
      const type = body && { 'content-type': 'application/json' };
      return {
        route: `${method.toUpperCase()} ${path}`,
        path: query ? `${address}?${query}` : address,
        init: {
          method: method.toUpperCase(),
          headers: { ...type, ...Object.fromEntries(of('header')) },
          ...(body && { body: JSON.stringify(follow(body).example ?? {}) }),
        },
        status: Number(Object.keys(responses)[0]),
      };
    }),
  );
}

/** Checks responses against the schemas that the document promises for them; undocumented fields are none. */
export class PromisedResponses {
  private readonly ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });

  constructor(private readonly document: OpenApi) {
    this.ajv.addSchema(document, 'api');
  }

  /** @param route such as `POST /orders`. @returns what is wrong with the response, in a sentence; undefined if it is as promised. */
  faultIn(route: string, { status, type, text }: { status: number; type: string; text: string }): string | undefined {
    const [method = '', path = ''] = route.split(' ');
    const media = type.split(';')[0] ?? '';
    const promised = this.document.paths[path]?.[method.toLowerCase()]?.responses[String(status)] as
      { content?: Readonly<Record<string, unknown>> } | undefined;
    if (!promised) return `${status} is not documented`;
    if (!promised.content) return text === '' ? undefined : 'a body is not documented';
    if (!(media in promised.content)) return `${media} is not documented`;
    const steps = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', media, 'schema'];
    const pointer = steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const validate = this.ajv.getSchema(`api#/${pointer}`);
    if (!validate) return 'no schema is documented';
    return validate(JSON.parse(text)) ? undefined : this.ajv.errorsText(validate.errors);
  }
}
