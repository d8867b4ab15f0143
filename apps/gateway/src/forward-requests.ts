import replyFrom from '@fastify/reply-from';
import { readVariables, type AppOptions } from '@thali/kit/app';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** Which service answers which paths. */
const services = {
  order: ['/orders', '/customers'],
  payment: ['/payments'],
  restaurant: ['/restaurants', '/tickets'],
  delivery: ['/couriers', '/offers', '/deliveries'],
} as const;

type Service = keyof typeof services;

const answerWithinMs = 10_000;
const retryAfterSeconds = 1;

/** The front door of the separate services: passes every request on as it is, with a deadline. It knows no rules and keeps nothing. */
export const forwardRequests: NonNullable<AppOptions['extend']> = async (nest, env) => {
  const bases = readBases(env);
  const fastify = nest.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  await fastify.register(async (scope) => {
    // Bodies pass through byte by byte: signatures are made over bytes.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    await scope.register(replyFrom, { undici: { connections: 128, headersTimeout: answerWithinMs, bodyTimeout: 0 } });
    for (const [service, prefixes] of Object.entries(services)) {
      for (const prefix of prefixes) {
        const forward = forwardTo(service, bases[service as Service]);
        scope.all(prefix, forward);
        scope.all(`${prefix}/*`, forward);
      }
    }
  });
};

function forwardTo(service: string, base: string) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    reply.from(base + request.url, {
      rewriteRequestHeaders: (_, headers) => ({ ...headers, 'x-correlation-id': request.id }),
      onError: (failed) => unavailable(failed as unknown as FastifyReply, service, request.id),
    });
}

function unavailable(reply: FastifyReply, service: string, correlationId: string): void {
  const detail = `The ${service} service does not answer. Nothing is lost: repeat the request with the same Idempotency-Key.`;
  const problem = { type: 'about:blank', status: 503, code: 'gateway.service-unavailable', title: 'Try again later', detail, correlationId };
  void reply.status(503).header('retry-after', retryAfterSeconds).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(problem));
}

/** Where the services are. @throws {Misconfigured} */
function readBases(env: Parameters<typeof readVariables>[0]): Record<Service, string> {
  const names = Object.keys(services) as Service[];
  const url = (port: number) => z.url('an HTTP URL such as http://order:3000').default(`http://127.0.0.1:${port}`);
  const variable = (service: Service) => `THALI_${service.toUpperCase()}_URL`;
  const read = readVariables(env, Object.fromEntries(names.map((service, at) => [variable(service), url(3001 + at)])));
  return Object.fromEntries(names.map((service) => [service, String(read[variable(service)]).replace(/\/$/, '')])) as Record<Service, string>;
}
