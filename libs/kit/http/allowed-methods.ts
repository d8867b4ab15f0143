import type { FastifyInstance } from 'fastify';
import { DomainError } from '../core';

/** What the path offers is not what the request asks of it. */
class MethodNotAllowed extends DomainError {
  readonly statusCode = 405;

  constructor(method: string, allowed: readonly string[]) {
    super('request.method-not-allowed', 'invalid', `${method} is not possible here; ${allowed.join(', ')} is.`, {
      allowed,
    });
  }
}

/** The methods of every path that a server knows. */
export class AllowedMethods {
  private readonly routes = new Map<string, { readonly matches: RegExp; readonly methods: Set<string> }>();

  /** Learns the routes that are added from now on. */
  constructor(fastify: FastifyInstance) {
    fastify.addHook('onRoute', ({ url, method }) => this.add(url, [method].flat()));
  }

  /** @returns in alphabetical order, with OPTIONS; none where there is no such path. */
  of(url: string): string[] {
    const path = url.split(/[?#]/)[0] ?? '';
    const found = [...this.routes.values()].filter(({ matches }) => matches.test(path));
    if (found.length === 0) return [];
    return [...new Set(['OPTIONS', ...found.flatMap(({ methods }) => [...methods])])].sort();
  }

  private add(url: string, methods: readonly string[]): void {
    const route = this.routes.get(url) ?? { matches: patternOf(url), methods: new Set() };
    for (const method of methods) route.methods.add(method);
    this.routes.set(url, route);
  }
}

/** Of a route in Fastify's notation: `/orders/:id`, `/orders/*`. */
function patternOf(route: string): RegExp {
  const parts = route.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\/:[^/]+/g, '/[^/]+');
  return new RegExp(`^${parts.replaceAll('*', '.*')}/?$`);
}

/**
 * Answers where a path is known and the method is not: OPTIONS with 204, others with 405; `Allow` says what is possible (RFC 9110, 9.3.7
 * and 15.5.6). A path that is not known is left to whatever answers 404.
 */
export function answerOtherMethods(fastify: FastifyInstance, allowed: AllowedMethods): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const { is404, method, url } = request;
    const methods = is404 ? allowed.of(url) : [];
    if (methods.length === 0) return done();
    void reply.header('allow', methods.join(', '));
    if (method !== 'OPTIONS') return done(new MethodNotAllowed(method, methods));
    void reply.status(204).send();
  });
}
