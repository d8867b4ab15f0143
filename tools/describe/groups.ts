interface OpenApi {
  readonly tags?: readonly { name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, { tags?: readonly string[] }>>>>;
}

/** Where the groups of routes are not those that are described, each in a sentence. @param openapi the whole document. */
export function findGroupFaults(openapi: object): string[] {
  const { tags = [], paths } = openapi as OpenApi;
  const described = tags.map(({ name }) => name);
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { tags = [] }]) => ({ call: `${method.toUpperCase()} ${path}`, tags })),
  );
  return [
    ...described
      .filter((group) => !routes.some(({ tags }) => tags.includes(group)))
      .map((group) => `no route stands in the group ${group}`),
    ...routes
      .filter(({ tags }) => !tags.some((group) => described.includes(group)))
      .map(({ call, tags }) => `${call} stands in ${tags.join(', ') || 'no group'}, which is not described`),
  ];
}
