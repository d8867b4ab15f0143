import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AllowedMethods } from './allowed-methods';

/** What pages may read of a response besides its body. */
const exposed = ['ETag', 'Location', 'Retry-After', 'X-Correlation-Id', 'Allow'].join(', ');
const preflightHoldsS = 600;

/**
 * Lets pages of these origins read responses (https://fetch.spec.whatwg.org/#http-cors-protocol). A preflight reads the methods that the path
 * really has. Without origins nothing is said, and browsers let only pages of the same origin read.
 *
 * @param origins such as `https://shop.example`; `*` is every one. No cookies are involved: callers name themselves by headers.
 */
export function letPagesRead(fastify: FastifyInstance, allowed: AllowedMethods, origins: readonly string[]): void {
  if (origins.length === 0) return;
  fastify.addHook('onRequest', (request, reply, done) => {
    const {
      origin,
      'access-control-request-method': wanted,
      'access-control-request-headers': headers,
    } = request.headers;
    void reply.header('vary', 'Origin');
    if (origin === undefined || !(origins.includes('*') || origins.includes(origin))) return done();
    void reply.header('access-control-allow-origin', origins.includes('*') ? '*' : origin);
    void reply.header('access-control-expose-headers', exposed);
    if (request.method !== 'OPTIONS' || wanted === undefined) return done();
    answerPreflight(reply, allowed.of(request.url), headers);
  });
}

function answerPreflight(reply: FastifyReply, methods: readonly string[], headers: string | undefined): void {
  void reply
    .header('access-control-allow-methods', methods.join(', '))
    .header('access-control-max-age', preflightHoldsS);
  if (headers !== undefined) void reply.header('access-control-allow-headers', headers);
  void reply.status(204).send();
}
