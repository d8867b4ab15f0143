import { Module, type DynamicModule, type LoggerService, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Questions } from '../messaging';
import { messageOf, Log } from '../core';
import {
  HealthController,
  InvalidInput,
  ProblemFilter,
  Readiness,
  answerWithProblem,
  refuseNewWorkWhileLate,
  serveDocs,
  type Docs,
} from '../http';
import { createLog } from '../telemetry';
import { openBus, type Listeners } from './open-bus';
import { Runtime } from './runtime';
import { Seal, secretIn } from './seal';
import { servicesOf } from './service.module';
import { readSettings, type Environment, type Settings } from './settings';

export interface AppOptions {
  /** Of the product: also the prefix of its variables, in capitals. */
  name: string;
  /** The modules this process hosts, by name. */
  modules: Readonly<Record<string, Type>>;
  /** Every module of the product, with what it wants to hear of the others; by default there are no others. */
  listeners?: Listeners;
  env?: Environment;
  docs?: Docs;
  /** Adds routes that are no module's, before any other work. */
  extend?: (nest: NestFastifyApplication, env: Environment) => Promise<void>;
}

/** A process full of modules, ready to listen. */
export interface App {
  readonly nest: NestFastifyApplication;
  readonly runtime: Runtime;
  readonly settings: Settings;
  /** Starts listening and working. @returns the URL it serves. */
  start(): Promise<string>;
  /** Finishes what is under way, then stops. Safe to call twice. */
  stop(): Promise<void>;
}

const correlationHeader = 'x-correlation-id';
const bodyLimitBytes = 1_048_576;
/** So long a client may take to say what it wants. */
const requestWithinMs = 30_000;

/** Builds the process. @throws {Misconfigured} and whatever keeps a database from opening. */
export async function createApp(options: AppOptions): Promise<App> {
  const { name, modules, listeners = {}, env = process.env } = options;
  const able = Object.keys(modules);
  const settings = readSettings(env, name.toUpperCase(), {
    able,
    whole: Object.keys(listeners).length > 0 ? Object.keys(listeners) : able,
  });
  const log = createLog(name, settings.logLevel);
  const { transport, questions } = openBus(settings, listeners, log);
  const runtime = new Runtime(settings, env, log, transport, questions);
  try {
    return await build(options, runtime);
  } catch (error) {
    await runtime.stop();
    throw error;
  }
}

async function build({ modules, docs, extend }: AppOptions, runtime: Runtime): Promise<App> {
  const { settings, log } = runtime;
  const hosted = settings.modules.flatMap((module) => modules[module] ?? []);

  @Module({ imports: [shared(runtime), ...hosted], controllers: [HealthController] })
  class Root {}

  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    genReqId: ({ headers }: IncomingMessage) => correlationIdOf(headers[correlationHeader]),
    requestTimeout: requestWithinMs,
    http: { connectionsCheckingInterval: 1_000 },
    forceCloseConnections: 'idle',
    // Whoever still has a connection to a process that stops is served on it once more, and told to take another.
    return503OnClosing: false,
    // What Fastify refuses before there is a route.
    frameworkErrors: (error: Error, { id }: FastifyRequest, reply: FastifyReply) => {
      void answerWithProblem(reply.header(correlationHeader, id), error);
    },
  });
  const nest = await NestFactory.create<NestFastifyApplication>(Root, adapter, {
    logger: nestLogger(log),
    rawBody: true,
    abortOnError: false,
  });
  nest.useBodyParser('application/json', { bodyLimit: bodyLimitBytes }, parseJson);
  nest.useGlobalFilters(new ProblemFilter(log));
  nest
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      void reply.header(correlationHeader, request.id);
      done();
    });
  const fastify = nest.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  refuseNewWorkWhileLate(fastify, runtime, settings.maxLagMs);
  await extend?.(nest, runtime.env);
  if (docs) serveDocs(nest, docs);
  for (const service of servicesOf(nest)) runtime.connect(service.name, service.providers);
  return withLifecycle(nest, runtime);
}

/** No body is an empty one, whatever its type is said to be: clients like to say `application/json` of nothing. */
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

/** What every module may inject. */
function shared(runtime: Runtime): DynamicModule {
  const { modules, secret, dataDirectory } = runtime.settings;
  const seal = { provide: Seal, useFactory: () => new Seal(secret ?? secretIn(dataDirectory)) };
  const providers = [
    // A process without modules has no secret, nor a place to keep one.
    ...(modules.length > 0 ? [seal] : []),
    { provide: Runtime, useValue: runtime },
    { provide: Readiness, useValue: runtime },
    { provide: Questions, useValue: runtime.questions },
    { provide: Log, useValue: runtime.log },
  ];
  return { module: class Shared {}, global: true, providers, exports: providers };
}

function withLifecycle(nest: NestFastifyApplication, runtime: Runtime): App {
  const { settings } = runtime;
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    const farewell = setTimeout(() => nest.getHttpServer().closeAllConnections(), settings.drainWithinMs / 4);
    await nest.close();
    clearTimeout(farewell);
    await runtime.stop();
  };
  return {
    nest,
    runtime,
    settings,
    async start() {
      await runtime.prepare();
      await nest.init();
      runtime.start();
      await nest.listen(settings.port, settings.host);
      return nest.getUrl();
    },
    stop: () => (stopped ??= stop()),
  };
}

/** The caller's own id if it is a decent one: it will stand in logs and messages. */
function correlationIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.:-]{1,64}$/.test(header) ? header : randomUUID();
}

/** Who in Nest speaks of what keeps the process from starting. */
const whileStarting = ['ExceptionHandler', 'NestApplication'];

/** Nest's own words, on our log: what it calls a log is of interest only when something is wrong. */
function nestLogger(log: Log): LoggerService {
  return {
    log: (message: string) => log.debug({}, message),
    warn: (message: string) => log.warn({}, message),
    // Why the process cannot start is told by whoever starts it, once.
    error: (message: unknown, ...more: string[]) =>
      log[whileStarting.includes(more.at(-1) ?? '') ? 'debug' : 'error'](
        { stack: more.slice(0, -1)[0] },
        String(message),
      ),
  };
}
