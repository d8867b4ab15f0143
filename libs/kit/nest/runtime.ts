import type { DataSourceOptions } from 'typeorm';
import { messageOf, type Log } from '../core';
import { answeringsOf, subscriptionsOf, type Questions, type Transport, Messaging } from '../messaging';
import { Readiness } from '../http';
import { forgetAnswers } from '../idempotency';
import { Database, ensureSchema, provisionModule } from '../postgres';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../postgres/embedded';
import type { Environment, Settings } from './settings';

const readyWithinMs = 1_000;
const leastShedAfterMs = 1_000;

/** What all modules of a process share: settings, log, transport, and the databases of each. Built before Nest, stopped after it. */
export class Runtime extends Readiness {
  private readonly databases = new Map<string, Database>();
  private readonly messagings: Messaging[] = [];
  private readonly openings: Promise<Database>[] = [];
  private readonly closings: (() => Promise<void>)[] = [];
  private embedded: Promise<EmbeddedPostgres> | undefined;

  constructor(
    readonly settings: Settings,
    readonly env: Environment,
    readonly log: Log,
    readonly transport: Transport,
    readonly questions: Questions,
  ) {
    super();
    transport.lagHere = () => this.lagHereMs;
  }

  /** Opens the module's own database: given by its URL, a schema in the shared one, or a schema in the embedded one. */
  openDatabase(module: string, migrations: DataSourceOptions['migrations']): Promise<Database> {
    const opening = this.open(module, migrations);
    this.openings.push(opening);
    return opening;
  }

  private async open(module: string, migrations: DataSourceOptions['migrations']): Promise<Database> {
    const { moduleDatabaseUrls, databaseUrl, prefix } = this.settings;
    const own = moduleDatabaseUrls[module];
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
      throw new Error(`the ${module} database cannot be opened: ${messageOf(error)}. Check ${variable}.`, {
        cause: error,
      });
    }
  }

  /** Connects what the module's providers subscribe to and answer. Before `start`. */
  connect(module: string, providers: readonly object[]): void {
    const db = this.databases.get(module);
    if (!db) throw new Error(`the database of ${module} is not open`);
    const { transport, log, settings } = this;
    const subscriptions = providers.flatMap(subscriptionsOf);
    const { leaseMs, retentionDays } = settings;
    const options = { db, subscriptions, transport, log, leaseMs, retentionDays, alsoForget: forgetAnswers };
    this.messagings.push(new Messaging(options));
    for (const answering of providers.flatMap(answeringsOf)) this.questions.register(answering);
  }

  /** Before anything is sent. */
  async prepare(): Promise<void> {
    await Promise.all([this.transport.start(), this.questions.start()]);
    await Promise.all(this.messagings.map((messaging) => messaging.prepare()));
  }

  start(): void {
    for (const messaging of this.messagings) messaging.start();
  }

  /** Closes something that handlers use, once none of them runs any more. */
  closeLast(close: () => Promise<void>): void {
    this.closings.push(close);
  }

  /** Drains, then closes; nothing is lost and nothing is half done. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.openings);
    await Promise.all(this.messagings.map((messaging) => messaging.stop()));
    await Promise.all([this.transport.stop(), this.questions.stop()]);
    await Promise.all(this.closings.map((close) => close()));
    await Promise.all([...this.databases.values()].map((database) => database.close()));
    await (await this.embedded)?.stop();
  }

  /** How late the modules are with what they have accepted, wherever they run, in milliseconds. */
  get lagMs(): number {
    return Math.max(this.lagHereMs, this.transport.lagElsewhereMs);
  }

  /** Longer than what begins new work has to wait, which is refused earlier. */
  get shedAfterMs(): number {
    return Math.max(leastShedAfterMs, this.settings.maxLagMs);
  }

  private get lagHereMs(): number {
    const lags = [...this.messagings, ...this.databases.values()].map(({ lagMs }) => lagMs);
    return Math.max(0, ...lags);
  }

  async check(): Promise<Record<string, string>> {
    const parts = [...this.databases].map(async ([module, database]) => [module, await answers(database)]);
    return Object.fromEntries(await Promise.all(parts)) as Record<string, string>;
  }

  private async sharedUrl(): Promise<string> {
    if (this.settings.databaseUrl) return this.settings.databaseUrl;
    this.embedded ??= startEmbeddedPostgres({ directory: this.settings.dataDirectory, log: this.log });
    return (await this.embedded).url;
  }
}

async function answers(database: Database): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${readyWithinMs} ms`), readyWithinMs);
  });
  try {
    return await Promise.race([database.read('select 1').then(() => 'ok'), late]);
  } catch (error) {
    return messageOf(error);
  } finally {
    clearTimeout(timer);
  }
}
