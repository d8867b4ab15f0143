import replyFrom from '@fastify/reply-from';
import { askHealth } from './ask-health';
import type { AppOptions } from './create-app';
import { DomainError, overloaded } from '../../core';
import { Semaphore, answerWithProblem, refusedShareHeader } from '../../http';
import { Runtime } from '../runtime';
import { declareVariables, readVariables, type Environment } from '../variables';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

const answerWithinMs = 10_000;
/** Requests that wait for one service at the same time; it must not be able to hold up those for the others. */
const concurrencyPerService = 256;
const shedAfterMs = 1_000;
/** How long the share of requests that a service refuses is taken to hold. */
const shareHoldsMs = 100;

/** By service, the beginnings of the paths that it answers. */
export type Paths = Readonly<Record<string, readonly string[]>>;

/**
 * A gateway to separate services: forwards every request unchanged, with a deadline. It has neither business rules nor state. Where a service
 * sheds load, the gateway refuses the same share of requests itself, so a refused request costs the overloaded service nothing.
 *
 * @param prefix of the variables that say where the services are: `THALI` reads `THALI_ORDER_URL`.
 */
export function forwardRequests(prefix: string, paths: Paths): NonNullable<AppOptions['extend']> {
  declareVariables(Object.keys(paths).map((service) => urlOf(prefix, service)));
  return async (nest, env) => {
    const bases = readBases(env, prefix, Object.keys(paths));
    const runtime = nest.get(Runtime);
    for (const [service, base] of Object.entries(bases)) runtime.watch(service, () => askHealth(base));
    const fastify = nest.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    await fastify.register(async (scope) => {
      // Bodies are forwarded unparsed, because signatures are made over bytes; and only when complete, so that a slow client takes no place of the semaphore.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
      scope.setErrorHandler((error, _request, reply) => answerWithProblem(reply, error));
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
  const semaphore = new Semaphore(concurrencyPerService, shedAfterMs);
  const shedding = new LoadSheddingState();
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const route = `${request.method} ${targetOf(request).split('?')[0]}`;
    if (shedding.refuse(route)) return answerWithProblem(reply, overloaded());
    try {
      await semaphore.take();
    } catch (error) {
      return answerWithProblem(reply, error);
    }
    try {
      const { body, headers } = request;
      return reply.from(base + targetOf(request), {
        ...(body !== undefined && { body, contentType: headers['content-type'] ?? 'application/octet-stream' }),
        rewriteRequestHeaders: (_, headers) => ({ ...endToEnd(headers), 'x-correlation-id': request.id }),
        // Asked once after each answer. When to try again is up to the client: we would add to what is too much already.
        retryDelay: () => {
          semaphore.leave();
          return null;
        },
        rewriteHeaders: ({ [refusedShareHeader]: share = 0, ...headers }) => {
          shedding.update(route, Number(share));
          return headers;
        },
        onError: (failed) => void answerWithProblem(failed as unknown as FastifyReply, unavailable(service)),
      });
    } catch (error) {
      semaphore.leave();
      return answerWithProblem(reply, error);
    }
  };
}

/** The share of requests that a service refuses, by route, as its latest responses report it. */
class LoadSheddingState {
  private readonly refused = new Map<string, { share: number; at: number }>();

  /** @param share of the requests that the service refuses there, from 0 to 1. */
  update(route: string, share: number): void {
    this.refused.delete(route);
    if (share > 0) this.refused.set(route, { share, at: performance.now() });
    for (const [old, { at }] of this.refused) {
      if (holds(at)) break;
      this.refused.delete(old);
    }
  }

  /** Whether the gateway refuses in place of the service. Without a fresh report the request is forwarded, which brings one. */
  refuse(route: string): boolean {
    const report = this.refused.get(route);
    return report !== undefined && holds(report.at) && Math.random() < report.share;
  }
}

function holds(at: number): boolean {
  return performance.now() - at < shareHoldsMs;
}

function unavailable(service: string): DomainError {
  const detail = `The ${service} service does not answer. Nothing is lost: repeat the request with the same Idempotency-Key.`;
  return new DomainError('gateway.service-unavailable', 'unavailable', detail);
}

/** Path and query, also where the client has named the server, as to a proxy (RFC 9112, 3.2.2). */
function targetOf({ url }: FastifyRequest): string {
  return url.replace(/^https?:\/\/[^/?]*/i, '');
}

/** Without what is meant for the next server only, and settled with it already (RFC 9110, 7.6.1). */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}

const hopByHop = new Set(['expect', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

/** Where the services are; by default on this machine, from port 3001 on. @throws {Misconfigured} */
function readBases(env: Environment, prefix: string, services: readonly string[]): Record<string, string> {
  const url = (port: number) => z.url('an HTTP URL such as http://order:3000').default(`http://127.0.0.1:${port}`);
  const variable = (service: string) => urlOf(prefix, service);
  const read = readVariables(
    env,
    Object.fromEntries(services.map((service, at) => [variable(service), url(3001 + at)])),
  );
  return Object.fromEntries(services.map((service) => [service, String(read[variable(service)]).replace(/\/$/, '')]));
}

/** The variable that says where a service is. */
function urlOf(prefix: string, service: string): string {
  return `${prefix}_${service.toUpperCase()}_URL`;
}
