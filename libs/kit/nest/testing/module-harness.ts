import type { Type } from '@nestjs/common';
import { SystemIds, type AnyMessageType, type DataOf, type Draft, type Message } from '../../core';
import { eventually } from '../../messaging/testing';
import { Database } from '../../postgres';
import { aPlug, aServer, moveTime, type Plug, type TestServer } from '../../postgres/testing';
import { createApp, type App } from '../run';

/** What the module answers over HTTP; an empty body is `{}`. */
export interface Response<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Body;
}

type Headers = Readonly<Record<string, string>>;
type Environment = Readonly<Record<string, string>>;

interface HarnessOptions {
  /** Names the settings: `thali` reads `THALI_…`. */
  readonly product: string;
  /** The module's name, as it is given to `Kit.forModule`. */
  readonly name: string;
  readonly module: Type;
  /** How the module is set in all tests. */
  readonly env?: Environment;
  /** Types of the module's own timers: nobody else hears of them, so they are not among what it has sent. */
  readonly timers?: readonly AnyMessageType[];
}

/**
 * One module alone, as a process of its own with HTTP and messages, on a database of its own. The test speaks for all other modules and
 * asks as a client. `start` before and `close` after each test or suite; a module extends it with the words of its domain.
 */
export class ModuleHarness {
  readonly ids = new SystemIds();
  /** Between the processes and their database. */
  plug: Plug;
  private app: App;
  protected server: TestServer;
  private spoken = 0;

  constructor(private readonly options: HarnessOptions) {}

  /** @param env what is set differently in this test. */
  async start(env: Environment = {}): Promise<void> {
    this.server = await aServer();
    this.plug = await aPlug(this.server.url);
    await this.run(env);
  }

  /** Stops the process, and starts another on the same database. */
  async restart(env: Environment = {}): Promise<void> {
    await this.stop();
    await this.run(env);
  }

  /** Another process of the same module, on the same database. `stop` it before this one is closed. */
  async replica(env: Environment = {}): Promise<this> {
    const replica = Object.assign(Object.create(Object.getPrototypeOf(this) as object) as this, this);
    await replica.run(env);
    return replica;
  }

  private async run(env: Environment): Promise<void> {
    const { plug } = this;
    const { product, name, module, env: always } = this.options;
    const prefix = product.toUpperCase();
    const ours = { [`${prefix}_DATABASE_URL`]: plug.url, [`${prefix}_LOG_LEVEL`]: 'silent' };
    const generous = { PORT: '0', [`${prefix}_MAX_LAG_MS`]: '60000' };
    const all = { ...ours, ...generous, ...always, ...env };
    this.app = await createApp({ name: product, modules: { [name]: module }, env: all });
    await this.app.start();
  }

  /** Drains and stops the process; the database stays. */
  async stop(): Promise<void> {
    await this.app.stop();
  }

  /** Stops the process and removes the database. */
  async close(): Promise<void> {
    this.plug.putBack();
    await this.stop();
    await this.plug.close();
    await this.server.drop();
  }

  get db(): Database {
    return this.provider(Database);
  }

  /** The URL it serves, for requests that are more than a question and its answer. */
  get url(): Promise<string> {
    return this.app.nest.getUrl();
  }

  /** Something that the module provides. */
  provider<T>(type: (abstract new (...args: never[]) => T) | { prototype: T }): T {
    return this.app.nest.get<T>(type as never, { strict: false });
  }

  /** Messages of other modules arrive, in this order; the module handles them in its own time. @returns them as they arrived. */
  async receive(...drafts: Draft[]): Promise<Message[]> {
    const messages = drafts.map((draft) => this.message(draft));
    await this.app.runtime.transport.deliver(this.options.name, messages);
    return messages;
  }

  /** As `receive`, but resolves when the module has handled them, with all that it has told itself because of them. */
  async hear(...drafts: Draft[]): Promise<Message[]> {
    const messages = await this.receive(...drafts);
    await this.settled();
    return messages;
  }

  /** The message as another module sends it, in a context of its own. */
  message<Data>(draft: Draft<Data>): Message<Data> {
    const [id, recordedAt] = [this.ids.uuid(), new Date().toISOString()];
    const context = { producer: 'other', keyVersion: ++this.spoken, causationId: null, correlationId: 'test' };
    return { ...draft, ...context, id, recordedAt };
  }

  /** Resolves when nothing waits to be handled: neither a message nor a timer that is due. */
  async settled(): Promise<void> {
    const waiting = `select 1 from inbox union all select 1 from outbox
      union all select 1 from timers where due_at <= database_time() limit 1`;
    await eventually(
      () => this.db.read(waiting),
      ({ length }) => length === 0,
    );
  }

  /** The types of the messages that the module has sent with this key so far, in order. */
  async sent(key: string): Promise<string[]> {
    const sql = 'select type from messages where key = $1 and type <> all($2) order by key_version';
    const timers = (this.options.timers ?? []).map(({ type }) => type);
    return (await this.db.read<{ type: string }>(sql, [key, timers])).map(({ type }) => type);
  }

  /** What the module says in its first message of this type and key: waits until it is sent. */
  async sends<Type extends AnyMessageType>(key: string, { type }: Type): Promise<DataOf<Type>> {
    const sql = 'select data from messages where key = $1 and type = $2 order by key_version limit 1';
    const [message] = await eventually(
      () => this.db.read<{ data: DataOf<Type> }>(sql, [key, type]),
      ({ length }) => length > 0,
    );
    return message!.data;
  }

  /** Moves the time of the module's database on: what is due by then is handled when this resolves. */
  async moveTime(byMs: number): Promise<void> {
    await moveTime(this.db, byMs);
    await this.settled();
  }

  get<Body = Record<string, unknown>>(url: string, headers: Headers = {}): Promise<Response<Body>> {
    return this.ask('GET', url, undefined, headers);
  }

  post<Body = Record<string, unknown>>(
    url: string,
    body?: object | string,
    headers: Headers = {},
  ): Promise<Response<Body>> {
    return this.ask('POST', url, body, { 'idempotency-key': this.ids.uuid(), ...headers });
  }

  put<Body = Record<string, unknown>>(url: string, body: object, headers: Headers = {}): Promise<Response<Body>> {
    return this.ask('PUT', url, body, { 'idempotency-key': this.ids.uuid(), ...headers });
  }

  patch<Body = Record<string, unknown>>(url: string, body: object, headers: Headers = {}): Promise<Response<Body>> {
    return this.ask('PATCH', url, body, { 'idempotency-key': this.ids.uuid(), ...headers });
  }

  private async ask<Body>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH',
    url: string,
    payload: object | string | undefined,
    headers: Headers,
  ): Promise<Response<Body>> {
    const answer = await this.app.nest.inject({ method, url, headers, ...(payload !== undefined && { payload }) });
    const body = JSON.parse(answer.body || '{}') as Body;
    return { status: answer.statusCode, headers: answer.headers, body };
  }
}
