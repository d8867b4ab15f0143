import { OpenTicket, type OrderLine, type TicketView } from '@thali/contracts';
import { createApp, type App } from '@thali/kit/nest/run';
import { SystemIds, type Draft } from '@thali/kit/core';
import { Database } from '@thali/kit/postgres';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { ImportMenu, RestaurantModule } from '../src';
import type { MenuView } from '../src/menu.view';
import { aRestaurant } from './restaurants';

type Body = Record<string, unknown>;

interface Answer<T = Body> {
  status: number;
  body: T;
  etag: string | undefined;
}

/** The restaurant module as a process of its own, on a database of its own. Its neighbours are played by the test. */
export class Kitchen {
  private readonly ids = new SystemIds();

  private constructor(
    private readonly app: App,
    private readonly server: TestServer,
    readonly db: Database,
  ) {}

  /** @param env what to set differently; autopilots are fast. */
  static async open(env: Record<string, string> = {}): Promise<Kitchen> {
    const server = await aServer();
    const fast = { THALI_AUTOPILOT_ACCEPT_MS: '1', THALI_AUTOPILOT_PREPARE_MS: '1', THALI_AUTOPILOT_FINISH_MS: '1' };
    return Kitchen.on(server, { THALI_LOG_LEVEL: 'silent', ...fast, ...env });
  }

  private static async on(server: TestServer, env: Record<string, string>): Promise<Kitchen> {
    const app = await createApp({
      name: 'thali',
      modules: { restaurant: RestaurantModule },
      env: { THALI_DATABASE_URL: server.url, ...env },
    });
    await app.prepare();
    await app.nest.init();
    await app.nest.getHttpAdapter().getInstance().ready();
    await app.nest.startAllMicroservices();
    return new Kitchen(app, server, app.nest.get(Database, { strict: false }));
  }

  /** Another process of the same module. */
  colleague(): Promise<Kitchen> {
    return Kitchen.on(this.server, { THALI_LOG_LEVEL: 'silent' });
  }

  async stop(): Promise<void> {
    await this.app.stop();
  }

  async close(): Promise<void> {
    await this.stop();
    await this.server.drop();
  }

  get<T>(provider: (abstract new (...args: never[]) => T) | { prototype: T }): T {
    return this.app.nest.get<T>(provider as never, { strict: false });
  }

  import(document: unknown) {
    return this.get(ImportMenu).import(typeof document === 'string' ? document : JSON.stringify(document));
  }

  async ask<T = Body>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH',
    url: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const answer = await this.app.nest.inject({ method, url, headers, ...(body && { payload: body }) });
    const parsed = (answer.body === '' ? {} : JSON.parse(answer.body)) as T;
    return { status: answer.statusCode, body: parsed, etag: answer.headers.etag as string | undefined };
  }

  async menu(restaurantId: string): Promise<MenuView> {
    return (await this.ask<MenuView>('GET', `/restaurants/${restaurantId}/menu`)).body;
  }

  /** How many portions of a dish can be ordered. */
  async portionsOf(restaurantId: string, itemId: string): Promise<number | undefined> {
    const { sections } = await this.menu(restaurantId);
    return sections.flatMap(({ items }) => items).find((item) => item.itemId === itemId)?.portions;
  }

  anId(prefix: string): string {
    return this.ids.next(prefix);
  }

  anOrder(): string {
    return this.anId('ord');
  }

  /** The restaurant of a file like {@link aRestaurant}'s, new in this kitchen. @returns its id. */
  async aRestaurant(differences: Parameters<typeof aRestaurant>[0] = {}): Promise<string> {
    const restaurantId = this.anId('rst');
    await this.import(aRestaurant({ restaurantId, ...differences }));
    return restaurantId;
  }

  /** The message arrives, as from the order module; handled in its own time. */
  async hear(draft: Draft): Promise<void> {
    const message = {
      ...draft,
      id: this.ids.uuid(),
      producer: 'order',
      keyVersion: 1,
      causationId: null,
      correlationId: 'test',
      recordedAt: new Date().toISOString(),
    };
    await this.app.runtime.transport.deliver('restaurant', [message]);
  }

  /** What the module has said with this key, of this type: waits until it has. */
  says<Data = Body>(key: string, { type }: { type: string }): Promise<Data> {
    return until(async () => {
      const [said] = await this.db.read<{ data: Data }>('select data from messages where key = $1 and type = $2', [
        key,
        type,
      ]);
      return said?.data;
    });
  }

  /** Every type of message the module has said with this key, in order. */
  async said(key: string): Promise<string[]> {
    const rows = await this.db.read<{ type: string }>('select type from messages where key = $1 order by key_version', [
      key,
    ]);
    return rows.map(({ type }) => type);
  }

  /** Resolves when every message that arrived has been handled. */
  async handled(): Promise<void> {
    await until(async () => (await this.db.read('select 1 from inbox limit 1')).length === 0);
  }

  async ticketOf(orderId: string): Promise<TicketView> {
    const [row] = await this.db.read<{ ticketId: string }>(
      'select ticket_id as "ticketId" from tickets where order_id = $1',
      [orderId],
    );
    return (await this.ask<TicketView>('GET', `/tickets/${row?.ticketId}`)).body;
  }
}

/** Looks again and again until there is something; the test's own time limit ends it. */
async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** So many of a dish, as an order asks for it. */
export function line(itemId: string, quantity = 1): OrderLine {
  return { itemId, name: itemId, quantity, unitPrice: { amount: 950, currency: 'EUR' }, modifierIds: [] };
}

/** Orders these dishes. */
export function openTicket(orderId: string, restaurantId: string, ...lines: OrderLine[]): Draft {
  return OpenTicket({ orderId, restaurantId, menuVersion: 1, lines: lines as [OrderLine] });
}
