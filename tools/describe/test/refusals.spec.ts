import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readSources } from '../../boundaries';

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: { $ref?: string }; readonly examples?: object }>>;
}

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, Response>>;
}

const { paths, components } = JSON.parse(
  readFileSync(path.resolve(__dirname, '../../../docs/openapi.json'), 'utf8'),
) as { paths: Record<string, Record<string, Operation>>; components: { examples: Record<string, object> } };

const operations = Object.entries(paths).flatMap(([route, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${route}`, operation })),
);
const parameter = ({ parameters = [] }: Operation, name: string) => parameters.find((each) => each.name === name);
const namesOf = (those: typeof operations) => those.map(({ name }) => name);

/** Code of the modules, and where it stands. */
const sources = readSources().filter(([file]) => /^libs\/modules\/\w+\/src\//.test(file) && !file.endsWith('.spec.ts'));
/** As they are thrown: `order.price-changed`, or `order.cannot-` where the rest is made of the moment. */
const thrown = sources
  .filter(([file]) => !file.endsWith('/refusals.ts'))
  .flatMap(([, source]) => [...source.matchAll(/\bDomainError\(\s*(?:'([\w.-]+)'|`([\w.-]+)\$)/g)])
  .map(([, whole, beginning]) => whole ?? beginning ?? '');

const named = (code: string) =>
  sources.some(([file, source]) => !file.endsWith('/refusals.ts') && source.includes(`'${code}'`));

describe('what the document of the API says of refusals', () => {
  it('is said of every operation: a summary, a group, and problems with examples', () => {
    const silent = operations.filter(({ operation: { summary, tags, responses } }) => {
      const refusals = Object.entries(responses).filter(([status]) => Number(status) >= 400);
      const shown = refusals.every(([, { content }]) => {
        const { schema, examples } = content?.['application/problem+json'] ?? {};
        return schema?.$ref === '#/components/schemas/Problem' && Object.keys(examples ?? {}).length > 0;
      });
      return !summary || tags?.length !== 1 || refusals.length === 0 || !shown;
    });
    expect(namesOf(silent)).toEqual([]);
  });

  it('is 400 wherever something is sent, 404 for every id, 412 and 428 for every version, 503 everywhere', () => {
    const without = (status: string, concerned: (operation: Operation) => boolean) =>
      namesOf(operations.filter(({ operation }) => concerned(operation) && !(status in operation.responses)));
    const sends = ({ parameters = [], requestBody }: Operation) => parameters.length > 0 || requestBody !== undefined;
    const hasVersion = (operation: Operation) => parameter(operation, 'If-Match') !== undefined;
    const needsVersion = (operation: Operation) => parameter(operation, 'If-Match')?.required ?? false;
    const hasId = ({ parameters = [] }: Operation) => parameters.some((each) => each.in === 'path');
    expect(without('400', sends)).toEqual([]);
    // Thali keeps no customers: any name may ask, and has nothing. A restaurant without tickets has an empty list.
    expect(without('404', hasId).filter((name) => !/customer/i.test(name))).toEqual([
      'GET /restaurants/{restaurantId}/tickets',
    ]);
    expect([...without('412', hasVersion), ...without('428', needsVersion), ...without('503', () => true)]).toEqual([]);
  });

  it('leaves out no code that a module can answer', () => {
    const documented = Object.keys(components.examples);
    const missing = thrown.filter((code) => !documented.some((each) => each.startsWith(code)));
    expect(thrown.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });

  it('invents no code', () => {
    const modules = /^(order|payment|restaurant|delivery)\./;
    const invented = Object.keys(components.examples)
      .filter((code) => modules.test(code) && !code.endsWith('.stale'))
      .filter((code) => !thrown.some((each) => code.startsWith(each)) && !named(code));
    expect(invented).toEqual([]);
  });

  it('tells every operation that changes something how it is repeated', () => {
    const deaf = operations.filter(
      ({ name, operation }) => !name.startsWith('GET') && parameter(operation, 'Idempotency-Key')?.in !== 'header',
    );
    expect(namesOf(deaf)).toEqual([]);
  });
});
