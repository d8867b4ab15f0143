import type { DataSourceOptions } from 'typeorm';
import { messageOf, type Log } from '../core';
import {
  Messaging,
  countRefused,
  type Answering,
  type Questions,
  type Subscription,
  type Transport,
} from '../messaging';
import { forgetAnswers } from '../idempotency';
import { Database, ensureSchema, provisionModule } from '../postgres';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../postgres/embedded';
import { Readiness, healthOf, type Health, type PartHealth } from '../telemetry';
import { readModuleDatabaseUrl, refuseUnreachable, type Settings } from './settings';
import { maskPasswords, type Environment } from './variables';

const readyWithinMs = 1_000;
const leastShedAfterMs = 1_000;

/** A module, with its handlers. */
interface Connectable {
  readonly name: string;
  readonly subscriptions: readonly Subscription[];
  readonly answers: readonly Answering[];
}

interface RuntimeOptions {
  settings: Settings;
  env: Environment;
  log: Log;
  transport: Transport;
  questions: Questions;
  /** The modules of the whole product; empty where all of them are in this process. */
  whole?: readonly string[];
}

/** What the modules of a process share: settings, log, transport and questions; and their databases and messages, to start and to drain. */
export class Runtime extends Readiness {
  readonly settings: Settings;
  readonly env: Environment;
  readonly log: Log;
  readonly transport: Transport;
  readonly questions: Questions;
  private readonly databases = new Map<string, Database>();
  private readonly messagings: Messaging[] = [];
  private readonly openings = new Map<string, Promise<Database>>();
  private readonly closings: (() => Promise<void>)[] = [];
  private readonly watched = new Map<string, () => Promise<PartHealth>>();
  private embedded: Promise<EmbeddedPostgres> | undefined;
  private isStarted = false;
  private drained: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;

  constructor(private readonly options: RuntimeOptions) {
    super();
    ({
      settings: this.settings,
      env: this.env,
      log: this.log,
      transport: this.transport,
      questions: this.questions,
    } = options);
    this.transport.lagHere = () => this.lagHereMs;
  }

  /**
   * Opens the module's own database: given by its URL, a schema in the shared one, or a schema in the embedded one.
   * @throws {Error} when it cannot be opened, or another module of this name has opened it.
   */
  openDatabase(module: string, migrations: DataSourceOptions['migrations']): Promise<Database> {
    if (this.openings.has(module)) throw new Error(`two modules are named ${module}: call Kit.forModule once for each`);
    const opening = this.open(module, migrations);
    this.openings.set(module, opening);
    return opening;
  }

  private async open(module: string, migrations: DataSourceOptions['migrations']): Promise<Database> {
    const { databaseUrl, prefix } = this.settings;
    const own = readModuleDatabaseUrl(this.env, prefix, module);
    const shared = own ? undefined : await this.sharedUrl();
    try {
      const url = own ? await ensureSchema(own, module) : await provisionModule(shared ?? '', module);
      const database = await Database.open({ module, url, migrations });
      this.databases.set(module, database);
      return database;
    } catch (error) {
      const variable = own
        ? `${prefix}_${module.toUpperCase()}_DATABASE_URL`
        : databaseUrl
          ? `${prefix}_DATABASE_URL`
          : `${prefix}_DATA_DIR`;
      throw new Error(
        `the ${module} database cannot be opened: ${maskPasswords(messageOf(error))}. Check ${variable}.`,
        {
          cause: error,
        },
      );
    }
  }

  /**
   * Connects the handlers and starts the transport. Called once, before anything is sent.
   * @throws {Misconfigured} when a module of the product is in another process and the transport does not reach it.
   */
  async prepare(modules: readonly Connectable[]): Promise<void> {
    const { transport, questions, settings, env } = this;
    const { whole = [] } = this.options;
    refuseUnreachable(
      settings,
      whole.filter((name) => !modules.some((module) => module.name === name)),
      env,
    );
    for (const module of modules) this.connect(module);
    await Promise.all([transport.start(), questions.start()]);
    await Promise.all(this.messagings.map((messaging) => messaging.prepare()));
  }

  private connect({ name, subscriptions, answers }: Connectable): void {
    const db = this.databases.get(name);
    if (!db) throw new Error(`the database of ${name} is not open`);
    const { transport, log, settings } = this;
    const { leaseMs, retentionDays } = settings;
    const options = { db, subscriptions, transport, log, leaseMs, retentionDays, alsoForget: forgetAnswers };
    this.messagings.push(new Messaging(options));
    for (const answering of answers) this.questions.register(answering);
  }

  /** Lets handlers run. */
  start(): void {
    if (this.isStarted || this.drained) return;
    this.isStarted = true;
    for (const messaging of this.messagings) messaging.start();
  }

  /** Closes something that handlers use, once none of them runs any more. */
  closeLast(close: () => Promise<void>): void {
    this.closings.push(close);
  }

  /** Starts no handler any more, and waits for those that run; messages can still be sent. Safe to call twice. */
  drain(): Promise<void> {
    return (this.drained ??= Promise.all(this.messagings.map((messaging) => messaging.stop())).then(() => undefined));
  }

  /** Drains, then closes transport and databases. Safe to call twice. */
  stop(): Promise<void> {
    return (this.stopped ??= this.close());
  }

  private async close(): Promise<void> {
    await Promise.allSettled(this.openings.values());
    // What cannot be closed properly, because a database or the broker is away, keeps nothing else open.
    const outcomes = [
      ...(await Promise.allSettled([this.drain()])),
      ...(await Promise.allSettled([this.transport.stop(), this.questions.stop()])),
      ...(await Promise.allSettled(this.closings.map((close) => close()))),
      ...(await Promise.allSettled([...this.databases.values()].map((database) => database.close()))),
      ...(await Promise.allSettled([this.embedded?.then((embedded) => embedded.stop())])),
    ];
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** How late the modules are with what they have accepted, wherever they run, in milliseconds. */
  get lagMs(): number {
    return Math.max(this.lagHereMs, this.transport.lagElsewhereMs);
  }

  /** Longer than what begins new work has to wait, which is refused earlier. */
  get shedAfterMs(): number {
    return Math.max(leastShedAfterMs, 4 * this.settings.maxLagMs);
  }

  private get lagHereMs(): number {
    const lags = [...this.messagings, ...this.databases.values()].map(({ lagMs }) => lagMs);
    return Math.max(0, ...lags);
  }

  /** Has `check` ask another process, too. @param ask never rejects. */
  watch(name: string, ask: () => Promise<PartHealth>): void {
    this.watched.set(name, ask);
  }

  /** How databases, transport and watched processes are. Messages and databases of other modules can wait; requests cannot. */
  async check(): Promise<Health> {
    const probes = new Map(this.watched);
    for (const [module, database] of this.databases) probes.set(module, () => probe(database));
    const parts = [...probes].map(async ([name, ask]) => [name, await ask()] as const);
    // It serves no request by itself.
    const transport = Object.entries(this.transport.health).map(([name, health]) => [name, { health, serves: false }]);
    return healthOf(Object.fromEntries([...(await Promise.all(parts)), ...transport]) as Record<string, PartHealth>);
  }

  private async sharedUrl(): Promise<string> {
    if (this.settings.databaseUrl) return this.settings.databaseUrl;
    this.embedded ??= startEmbeddedPostgres({ directory: this.settings.dataDirectory, log: this.log });
    return (await this.embedded).url;
  }
}

/** Whether the database answers. Messages that the broker has refused are an alarm, and keep nothing from being served. */
async function probe(database: Database): Promise<PartHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PartHealth>((resolve) => {
    const answer = { health: `no answer within ${readyWithinMs} ms`, serves: false };
    timer = setTimeout(() => resolve(answer), readyWithinMs);
  });
  const describe = (refused: number) => (refused === 0 ? 'ok' : `messages refused by the broker: ${refused}`);
  try {
    return await Promise.race([
      countRefused(database).then((count) => ({ health: describe(count), serves: true })),
      late,
    ]);
  } catch (error) {
    return { health: messageOf(error), serves: false };
  } finally {
    clearTimeout(timer);
  }
}
