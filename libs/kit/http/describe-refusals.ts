import type { OpenAPIObject } from '@nestjs/swagger';
import { STATUS_CODES } from 'node:http';
import { overloaded } from '../core';
import { keyReused } from '../idempotency';
import { PreconditionRequired } from './etag';
import { InvalidInput } from './input';
import { headersOf, problemOf, type Problem } from './problem';
import { refusalsExtension } from './refuses';
import { contended, keyParameter, stillRunning } from './unit-of-work.interceptor';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Parameter = { name: string; in: string; required?: boolean; schema?: { example?: unknown } };

const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;
const writing: readonly string[] = ['put', 'post', 'delete', 'patch'];

const problemSchema = {
  type: 'object',
  description: 'What went wrong (RFC 9457). Some problems have further fields, which help to mend it.',
  additionalProperties: true,
  required: ['type', 'status', 'code', 'title', 'detail', 'correlationId'],
  properties: {
    type: { type: 'string', const: 'about:blank' },
    status: { type: 'integer', description: 'That of the response.' },
    code: { type: 'string', description: 'What went wrong, for programs: it stays the same.' },
    title: { type: 'string', description: 'What HTTP calls the status.' },
    detail: { type: 'string', description: 'What went wrong, and what to do, in a sentence for a person.' },
    correlationId: { type: 'string', description: 'To be named when asking about it.' },
    retryAfterSeconds: { type: 'integer', description: 'When to come again, where it is too early.' },
    field: { type: 'string', description: 'The field of the request that is to blame.' },
    problems: {
      type: 'array',
      description: 'Every field that is wrong.',
      items: {
        type: 'object',
        required: ['field', 'expected'],
        properties: { field: { type: 'string' }, expected: { type: 'string' } },
      },
    },
  },
};

/** An OpenAPI document in which every operation says what it refuses, each with the problem that its caller reads. */
export function describeRefusals(document: OpenAPIObject): OpenAPIObject {
  const examples: Record<string, { summary: string; value: unknown }> = {};
  for (const path of Object.values(document.paths)) {
    for (const method of methods) {
      const operation = path[method];
      if (operation) describeOperation(operation, writing.includes(method), examples);
    }
  }
  const { components } = document;
  const schemas = { ...components?.schemas, Problem: problemSchema } as NonNullable<typeof components>['schemas'];
  return { ...document, components: { ...components, schemas, examples } } as OpenAPIObject;
}

function describeOperation(operation: Operation, writes: boolean, shared: Record<string, object>): void {
  const extended = operation as Operation & { [refusalsExtension]?: readonly Problem[] };
  const own = extended[refusalsExtension] ?? [];
  delete extended[refusalsExtension];
  const parameters = (operation.parameters ?? []) as Parameter[];
  const invalid = invalidIn(parameters, operation.requestBody !== undefined);
  if (writes && !parameters.some(({ name }) => name === keyParameter.name))
    operation.parameters = [...(operation.parameters ?? []), { ...keyParameter, in: 'header', required: false }];
  const problems = [...own, ...ofEveryOperation, ...(writes ? ofEveryWrite : [])];
  if (operation.requestBody) problems.push(...ofEveryBody);
  if (parameters.some(({ name, required }) => name === 'If-Match' && required))
    problems.push(problemOf(new PreconditionRequired()));
  const byStatus = new Map<number, Record<string, object>>();
  if (invalid) byStatus.set(400, { [invalid.code]: exampleOf(invalid) });
  for (const problem of problems) {
    const { code, status } = problem;
    // 413 and 415 share a code.
    const name = code === 'request.refused' ? `${code}.${status}` : code;
    shared[name] = exampleOf(problem);
    byStatus.set(status, { ...byStatus.get(status), [code]: { $ref: `#/components/examples/${name}` } });
  }
  for (const [status, examples] of byStatus) {
    const retry = problems.some((each) => each.status === status && 'retry-after' in headersOf(each));
    operation.responses[String(status)] = responseOf(status, examples, retry);
  }
}

function responseOf(status: number, examples: Record<string, object>, retry: boolean): Operation['responses'][string] {
  const codes = Object.keys(examples).map((code) => `\`${code}\``);
  const retryAfter = { description: 'In how many seconds to come again.', schema: { type: 'integer' as const } };
  return {
    description: `${STATUS_CODES[status] ?? 'Refused'}: ${codes.join(', ')}.`,
    ...(retry && { headers: { 'Retry-After': retryAfter } }),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, examples } },
  };
}

function exampleOf(problem: Problem): { summary: string; value: unknown } {
  return { summary: problem.code, value: { ...problem, correlationId: '0f9d2f6e-6d8e-4b8e-9a57-2f6a1c3d5e7b' } };
}

/** What an operation says that has been sent something wrong; undefined where nothing is sent. */
function invalidIn(parameters: readonly Parameter[], hasBody: boolean): Problem | undefined {
  const given = (place: string) => parameters.find((parameter) => parameter.in === place);
  const id = given('path')?.schema?.example === undefined ? undefined : given('path');
  if (id) return invalid(id.name, `must be an id such as ${String(id.schema?.example)}`);
  if (hasBody) return invalid('', 'Invalid input: expected object, received array');
  const { name } = given('query') ?? given('path') ?? given('header') ?? {};
  return name === undefined ? undefined : invalid(name, 'Invalid input: expected something else');
}

function invalid(field: string, expected: string): Problem {
  return problemOf(new InvalidInput(`${field || 'the body'}: ${expected}`, [{ field, expected }]));
}

const refusedByServer = (statusCode: number, detail: string) =>
  problemOf(Object.assign(new Error(detail), { statusCode }));

const ofEveryOperation = [problemOf(overloaded(1))];
const ofEveryWrite = [contended(), stillRunning(), keyReused()].map(problemOf);
const ofEveryBody = [refusedByServer(413, 'Request body is too large'), refusedByServer(415, 'Unsupported Media Type')];
