/** An OpenAPI or AsyncAPI document in which schemas with an `id` are written once, under components, and referred to. */
export function withSharedSchemas<Document extends object>(document: Document): Document {
  const schemas: Record<string, unknown> = {};
  const move = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(move);
    if (typeof node !== 'object' || node === null) return node;
    const { $defs, ...rest } = node as Record<string, unknown>;
    for (const [name, schema] of Object.entries($defs ?? {})) schemas[name] = move(schema);
    return Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [key, key === '$ref' ? shared(value) : move(value)]),
    );
  };
  const moved = move(document) as Document & { components?: { schemas?: object } };
  return { ...moved, components: { ...moved.components, schemas: { ...moved.components?.schemas, ...schemas } } };
}

const shared = (ref: unknown): string => String(ref).replace('#/$defs/', '#/components/schemas/');
