/** As much of JSON Schema (draft 7) as messages need. */
export interface JsonSchema {
  $ref?: string;
  type?: string | readonly string[];
  format?: string;
  const?: unknown;
  enum?: readonly unknown[];
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  items?: JsonSchema;
  minItems?: number;
  allOf?: readonly JsonSchema[];
  anyOf?: readonly JsonSchema[];
  description?: string;
  example?: unknown;
}

interface Reference {
  $ref: string;
}

/** As much of AsyncAPI 3.0 as is made into a page. See https://www.asyncapi.com/docs/reference/specification/v3.0.0. */
export interface AsyncApi {
  asyncapi: string;
  info: { title: string; version: string; description?: string };
  operations: Readonly<
    Record<
      string,
      {
        action: 'send' | 'receive';
        channel: Reference;
        messages: readonly Reference[];
        tags: readonly { name: string }[];
      }
    >
  >;
  channels: Readonly<Record<string, { address: string; messages: Readonly<Record<string, Reference>> }>>;
  components: { messages: Readonly<Record<string, AsyncApiMessage>>; schemas: Readonly<Record<string, JsonSchema>> };
}

export interface AsyncApiMessage {
  name: string;
  title: string;
  summary?: string;
  correlationId?: { location: string };
  payload: JsonSchema;
  tags: readonly { name: string }[];
}

/** A line of the table that describes a schema. */
export interface Field {
  /** `lines[].unitPrice`; empty for the schema as a whole. */
  path: string;
  /** In words: `list of string`, `Money or null`. */
  type: string;
  required: boolean;
  /** In markdown. */
  description: string;
}

/** The fields of an object of this schema, with those of nested objects; a schema with a name of its own is only named. */
export function fieldsOf({ allOf = [], anyOf = [], properties, items, required = [] }: JsonSchema, path = ''): Field[] {
  if (items) return fieldsOf(items, `${path}[]`);
  const wholes = allOf
    .filter(({ $ref }) => $ref)
    .map((part) => ({ path, type: typeOf(part), required: true, description: '' }));
  const parts = [...wholes, ...[...allOf, ...anyOf].flatMap((part) => fieldsOf(part, path))];
  const own = Object.entries(properties ?? {}).flatMap(([name, field]) => {
    const at = path ? `${path}.${name}` : name;
    return [
      { path: at, type: typeOf(field), required: required.includes(name), description: describe(field) },
      ...fieldsOf(field, at),
    ];
  });
  return [...parts, ...own];
}

function typeOf({ $ref, type, format, items, minItems = 0, anyOf, ...literal }: JsonSchema): string {
  if ($ref) return nameIn($ref);
  if ('const' in literal) return JSON.stringify(literal.const);
  if (literal.enum) return literal.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (anyOf) return anyOf.map(typeOf).join(' or ');
  if (items) return `list of ${typeOf(items)}${minItems > 0 ? ', not empty' : ''}`;
  return format ?? [type ?? 'anything'].flat().join(' or ');
}

/** In markdown. */
function describe({ description, example }: JsonSchema): string {
  return (
    description ??
    (example === undefined ? '' : `Such as \`${typeof example === 'string' ? example : JSON.stringify(example)}\`.`)
  );
}

/** What a reference within a document refers to: `Money` of `#/components/schemas/Money`. */
export function nameIn(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}
