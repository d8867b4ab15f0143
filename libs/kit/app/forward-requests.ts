import replyFrom from '@fastify/reply-from';
import type { AppOptions } from './create-app';
import { DomainError, overloaded } from '../core';
import { Places, headersOf, problemOf, refusedShareHeader } from '../http';
import { readVariables, type Environment } from './settings';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

const answerWithinMs = 10_000;
/** Requests that wait for one service at the same time; it must not be able to hold up those for the others. */
const placesPerService = 256;
const patienceMs = 1_000;
/** So long it is believed what a service has said of its door. */
const newsMs = 100;

/** By service, the beginnings of the paths that it answers. */
export type Paths = Readonly<Record<string, readonly string[]>>;

/**
 * The front door of separate services: passes every request on as it is, with a deadline. It knows no rules and keeps nothing. Where a service
 * refuses new work because it is late, it refuses as much of it by itself: who is refused there costs the late one nothing.
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
      await scope.register(replyFrom, {
        undici: { connections: null, headersTimeout: answerWithinMs, bodyTimeout: 0 },
      });
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
  const places = new Places(placesPerService, patienceMs);
  const doors = new Doors();
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const route = `${request.method} ${request.url.split('?')[0]}`;
    if (doors.refuse(route)) return refuse(reply, overloaded());
    try {
      await places.take();
    } catch (error) {
      return refuse(reply, error);
    }
    try {
      return reply.from(base + request.url, {
        rewriteRequestHeaders: (_, headers) => ({ ...headers, 'x-correlation-id': request.id }),
        // Asked once after each answer. When to try again is up to the client: we would add to what is too much already.
        retryDelay: () => {
          places.leave();
          return null;
        },
        rewriteHeaders: ({ [refusedShareHeader]: share = 0, ...headers }) => {
          doors.hear(route, Number(share));
          return headers;
        },
        onError: (failed) => void refuse(failed as unknown as FastifyReply, unavailable(service)),
      });
    } catch (error) {
      places.leave();
      return refuse(reply, error);
    }
  };
}

/** How far a service has closed its door, as it has just said of each route where it does. */
class Doors {
  private readonly refused = new Map<string, { share: number; at: number }>();

  /** @param share of the requests that the service refuses there, from 0 to 1. */
  hear(route: string, share: number): void {
    this.refused.delete(route);
    if (share > 0) this.refused.set(route, { share, at: performance.now() });
    for (const [old, { at }] of this.refused) {
      if (isNews(at)) break;
      this.refused.delete(old);
    }
  }

  /** Whether to refuse in the place of the service. Without news it is asked: so there will be some. */
  refuse(route: string): boolean {
    const said = this.refused.get(route);
    return said !== undefined && isNews(said.at) && Math.random() < said.share;
  }
}

function isNews(at: number): boolean {
  return performance.now() - at < newsMs;
}

function unavailable(service: string): DomainError {
  const detail = `The ${service} service does not answer. Nothing is lost: repeat the request with the same Idempotency-Key.`;
  return new DomainError('gateway.service-unavailable', 'unavailable', detail);
}

/** Nest's filters are for Nest's routes, and these are none. */
function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  const problem = { ...problemOf(error), correlationId: reply.request.id };
  return reply.status(problem.status).headers(headersOf(problem)).send(JSON.stringify(problem));
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
