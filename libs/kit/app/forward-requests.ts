import replyFrom from '@fastify/reply-from';
import type { AppOptions } from './create-app';
import { readVariables, type Environment } from './settings';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

const answerWithinMs = 10_000;
const retryAfterSeconds = 1;

/** By service, the beginnings of the paths that it answers. */
export type Paths = Readonly<Record<string, readonly string[]>>;

/**
 * The front door of separate services: passes every request on as it is, with a deadline. It knows no rules and keeps nothing.
 *
 * @param prefix of the variables that say where the services are: `THALI` reads `THALI_ORDER_URL`.
 */
export function forwardRequests(prefix: string, paths: Paths): NonNullable<AppOptions['extend']> {
  return async (nest, env) => {
    const bases = readBases(env, prefix, Object.keys(paths));
    const fastify = nest.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    await fastify.register(async (scope) => {
      // Bodies pass through byte by byte: signatures are made over bytes.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
      await scope.register(replyFrom, { undici: { connections: 128, headersTimeout: answerWithinMs, bodyTimeout: 0 } });
      for (const [service, beginnings] of Object.entries(paths)) {
        const forward = forwardTo(service, bases[service] ?? '');
        for (const beginning of beginnings) {
          scope.all(beginning, forward);
          scope.all(`${beginning}/*`, forward);
        }
      }
    });
  };
}

function forwardTo(service: string, base: string) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    reply.from(base + request.url, {
      rewriteRequestHeaders: (_, headers) => ({ ...headers, 'x-correlation-id': request.id }),
      onError: (failed) => unavailable(failed as unknown as FastifyReply, service, request.id),
    });
}

function unavailable(reply: FastifyReply, service: string, correlationId: string): void {
  const detail = `The ${service} service does not answer. Nothing is lost: repeat the request with the same Idempotency-Key.`;
  const problem = {
    type: 'about:blank',
    status: 503,
    code: 'gateway.service-unavailable',
    title: 'Try again later',
    detail,
    correlationId,
  };
  void reply
    .status(503)
    .header('retry-after', retryAfterSeconds)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem));
}

/** Where the services are; by default on this machine, from port 3001 on. @throws {Misconfigured} */
function readBases(env: Environment, prefix: string, services: readonly string[]): Record<string, string> {
  const url = (port: number) => z.url('an HTTP URL such as http://order:3000').default(`http://127.0.0.1:${port}`);
  const variable = (service: string) => `${prefix}_${service.toUpperCase()}_URL`;
  const read = readVariables(
    env,
    Object.fromEntries(services.map((service, at) => [variable(service), url(3001 + at)])),
  );
  return Object.fromEntries(services.map((service) => [service, String(read[variable(service)]).replace(/\/$/, '')]));
}
