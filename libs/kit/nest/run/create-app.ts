import { Module, type LoggerService, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { messageOf, type Log } from '../../core';
import {
  AllowedMethods,
  HealthController,
  InvalidInput,
  ProblemFilter,
  answerOtherMethods,
  answerUnreadable,
  answerWithProblem,
  letPagesRead,
  refuseNewWorkWhileLate,
  refuseWithProblems,
  serveDocs,
  type Docs,
} from '../../http';
import { openRuntime, rootModule, type KitOptions } from '../kit.module';
import { MessagingStrategy } from '../messaging.strategy';
import type { Runtime } from '../runtime';
import { readSettings, type Settings } from '../settings';
import type { Environment } from '../variables';

export interface AppOptions extends KitOptions {
  /** The modules this process can host, by name; `<NAME>_MODULES` chooses. */
  modules: Readonly<Record<string, Type>>;
  docs?: Docs;
  /** Adds routes that belong to no module, before any other set-up. */
  extend?: (nest: NestFastifyApplication, env: Environment) => Promise<void>;
}

/** A process with its modules, ready to listen. */
export interface App {
  readonly nest: NestFastifyApplication;
  readonly runtime: Runtime;
  readonly settings: Settings;
  /** Makes it possible to send, for a process that only sends: it neither listens nor handles messages. */
  prepare(): Promise<void>;
  /** Starts listening, and handling messages. @returns the URL it serves. */
  start(): Promise<string>;
  /** Drains requests and messages, then stops. Safe to call twice. */
  stop(): Promise<void>;
}

const correlationHeader = 'x-correlation-id';
const bodyLimitBytes = 1_048_576;
/** How long a client may take to send its request. */
const requestWithinMs = 30_000;

/**
 * Builds the process on Fastify. An application that has its own bootstrap imports `Kit.forRoot` instead.
 * @throws {Misconfigured} @throws {Error} when a database cannot be opened.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const runtime = openRuntime(options, settingsOf(options));
  try {
    return await build(options, runtime);
  } catch (error) {
    await runtime.stop().catch((another: unknown) => runtime.log.debug({ err: another }, 'cleaning up failed'));
    throw error;
  }
}

/** @throws {Misconfigured} */
export function settingsOf({ name, modules, listeners = {}, env = process.env }: AppOptions): Settings {
  const able = Object.keys(modules);
  const whole = Object.keys(listeners).length > 0 ? Object.keys(listeners) : able;
  return readSettings(env, name.toUpperCase(), { able, whole });
}

async function build({ modules, docs, extend }: AppOptions, runtime: Runtime): Promise<App> {
  const { settings, log } = runtime;
  const hosted = settings.modules.flatMap((module) => modules[module] ?? []);

  @Module({ imports: [rootModule({ useFactory: () => runtime }), ...hosted], controllers: [HealthController] })
  class Root {}

  const nest = await NestFactory.create<NestFastifyApplication>(Root, aFastifyAdapter(), {
    logger: nestLogger(log),
    rawBody: true,
    abortOnError: false,
  });
  nest.useBodyParser('application/json', { bodyLimit: bodyLimitBytes }, parseJson);
  nest.useGlobalFilters(new ProblemFilter(log));
  const fastify = nest.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  refuseWithProblems(fastify.server);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header(correlationHeader, request.id).header('x-content-type-options', 'nosniff');
    done(request.headers.host === undefined && request.raw.httpVersion === '1.1' ? hostMissing() : undefined);
  });
  const allowed = new AllowedMethods(fastify);
  letPagesRead(fastify, allowed, settings.corsOrigins);
  answerOtherMethods(fastify, allowed);
  refuseNewWorkWhileLate(fastify, runtime, settings.maxLagMs);
  await extend?.(nest, runtime.env);
  if (docs) serveDocs(nest, docs);
  nest.connectMicroservice({ strategy: nest.get(MessagingStrategy) }, { inheritAppConfig: true });
  return withLifecycle(nest, runtime);
}

function aFastifyAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    genReqId: ({ headers }: IncomingMessage) => correlationIdOf(headers[correlationHeader]),
    requestTimeout: requestWithinMs,
    // What Node's HTTP server refuses by itself has no body.
    http: { connectionsCheckingInterval: 1_000, requireHostHeader: false },
    clientErrorHandler: answerUnreadable,
    forceCloseConnections: 'idle',
    // A client with a connection to a process that stops is served once more, and told to close it.
    return503OnClosing: false,
    // For requests that Fastify refuses before they have a route.
    frameworkErrors: (error: Error, { id }: FastifyRequest, reply: FastifyReply) => {
      void answerWithProblem(reply.header(correlationHeader, id), error);
    },
  });
}

function hostMissing(): InvalidInput {
  const expected = 'the name of the server, as HTTP/1.1 demands';
  return new InvalidInput(`Host: ${expected}`, [{ field: 'Host', expected }]);
}

/** An empty body is none: clients send `content-type: application/json` without a body. */
function parseJson(_: unknown, body: Buffer, done: (error: Error | null, body?: unknown) => void): void {
  if (body.length === 0) return done(null, undefined);
  try {
    done(null, JSON.parse(body.toString('utf8'), withoutPrototype));
  } catch (error) {
    done(new InvalidInput(`the body is not JSON: ${messageOf(error)}`, [{ field: '', expected: 'JSON (RFC 8259)' }]));
  }
}

function withoutPrototype(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value;
}

function withLifecycle(nest: NestFastifyApplication, runtime: Runtime): App {
  const { settings } = runtime;
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    const timer = setTimeout(() => nest.getHttpServer().closeAllConnections(), settings.drainWithinMs / 4);
    try {
      await nest.close();
    } finally {
      clearTimeout(timer);
      await runtime.stop();
    }
  };
  return {
    nest,
    runtime,
    settings,
    prepare: () => nest.get(MessagingStrategy).prepare(),
    async start() {
      await nest.startAllMicroservices();
      await nest.listen(settings.port, settings.host);
      return nest.getUrl();
    },
    stop: () => (stopped ??= stop()),
  };
}

/** The id that the caller gives, if it is safe in logs and messages. */
function correlationIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.:-]{1,64}$/.test(header) ? header : randomUUID();
}

/** The contexts in which Nest logs why the process cannot start. */
const whileStarting = ['ExceptionHandler', 'NestApplication'];

/** Writes Nest's log lines to the kit's log; its `log` level is our `debug`. */
function nestLogger(log: Log): LoggerService {
  return {
    log: (message: string) => log.debug({}, message),
    warn: (message: string) => log.warn({}, message),
    // Why the process cannot start is written by `run`, once.
    error: (message: unknown, ...more: string[]) =>
      log[whileStarting.includes(more.at(-1) ?? '') ? 'debug' : 'error'](
        { stack: more.slice(0, -1)[0] },
        String(message),
      ),
  };
}
