import { Module, type DynamicModule, type LoggerService, type Type } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Questions, InProcessQuestions, InProcessTransport } from '../event-bus';
import { messageOf } from '../core';
import { HealthController, InvalidInput, ProblemFilter, Readiness, serveDocs } from '../http';
import { Log, createLog } from '../observability';
import { Runtime } from './runtime';
import { Seal, secretIn } from './seal';
import { connectServices } from './service.module';
import { readSettings, type Environment, type Settings } from './settings';

export interface AppOptions {
  /** Of the product: also the prefix of its variables, in capitals. */
  name: string;
  /** The modules this process hosts, by name. */
  modules: Readonly<Record<string, Type>>;
  env?: Environment;
  docs?: Parameters<typeof serveDocs>[1];
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

/** Builds the process. @throws {Misconfigured} and whatever keeps a database from opening. */
export async function createApp({ name, modules, env = process.env, docs }: AppOptions): Promise<App> {
  const settings = readSettings(env, name.toUpperCase(), Object.keys(modules));
  const log = createLog(name, settings.logLevel);
  const questions = new InProcessQuestions();
  const runtime = new Runtime(settings, env, log, new InProcessTransport(), questions);

  @Module({ imports: [shared(runtime, questions, log), ...Object.values(modules)], controllers: [HealthController] })
  class Root {}

  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    genReqId: ({ headers }: IncomingMessage) => correlationIdOf(headers[correlationHeader]),
    forceCloseConnections: 'idle',
  });
  const nest = await NestFactory.create<NestFastifyApplication>(Root, adapter, { logger: nestLogger(log), rawBody: true, abortOnError: false }).catch(async (error: unknown) => {
    await runtime.stop();
    throw error;
  });
  nest.useBodyParser('application/json', { bodyLimit: bodyLimitBytes }, parseJson);
  nest.useGlobalFilters(new ProblemFilter(log));
  nest.getHttpAdapter().getInstance().addHook('onRequest', (request, reply, done) => {
    void reply.header(correlationHeader, request.id);
    done();
  });
  if (docs) serveDocs(nest, docs);
  connectServices(nest.get(ModulesContainer), runtime);
  return withLifecycle(nest, runtime, settings);
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
function shared(runtime: Runtime, questions: Questions, log: Log): DynamicModule {
  const { secret, dataDirectory } = runtime.settings;
  const providers = [
    { provide: Seal, useFactory: () => new Seal(secret ?? secretIn(dataDirectory)) },
    { provide: Runtime, useValue: runtime },
    { provide: Readiness, useValue: runtime },
    { provide: Questions, useValue: questions },
    { provide: Log, useValue: log },
  ];
  return { module: class Shared {}, global: true, providers, exports: providers };
}

function withLifecycle(nest: NestFastifyApplication, runtime: Runtime, settings: Settings): App {
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await nest.close();
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

/** Nest's own words, on our log: what it calls a log is of interest only when something is wrong. */
function nestLogger(log: Log): LoggerService {
  return {
    log: (message: string) => log.debug({}, message),
    warn: (message: string) => log.warn({}, message),
    error: (message: unknown, stack?: string) => log.error({ stack }, String(message)),
  };
}
