import {
  CourierAssigned,
  DeliveryDelivered,
  DeliveryPickedUp,
  MenuPublished,
  PaymentAuthorized,
  PaymentCaptured,
  TicketAccepted,
  TicketPreparing,
  TicketReady,
  groupOfExtras,
  type Timetable,
} from '@thali/contracts';
import { createApp, type App } from '@thali/kit/nest/run';
import type { Draft } from '@thali/kit/core';
import { eventually } from '@thali/kit/messaging/testing';
import { send } from '@thali/kit/messaging';
import { Database } from '@thali/kit/postgres';
import { aPlug, aServer, type Plug } from '@thali/kit/postgres/testing';
import { OrderModule } from '../src';
import { FollowOrder } from '../src/follow-order';
import { euros, restaurantId } from './orders';

export interface Reply {
  status: number;
  headers: Readonly<Record<string, unknown>>;
  body: { [field: string]: unknown; orderId: string; status: string; version: number };
}

const courier = { deliveryId: 'dlv_01h455vb4pex5vsknk084sn02q', courierId: 'cou_01h455vb4pex5vsknk084sn02q' };
const ticketId = 'tkt_01h455vb4pex5vsknk084sn02q';

/** A menu with dosas, 8.50 each, and with idlis, which may be off. */
export function aMenu({
  version = 1,
  price = 850,
  idliAvailable = true,
  currency = 'EUR',
  timetable = null as Timetable | null,
} = {}) {
  const money = (amount: number) => ({ amount, currency });
  const item = (itemId: string, name: string, amount: number) => ({
    itemId,
    name,
    price: money(amount),
    portions: 10,
    available: true,
    modifierGroups: groupOfExtras([]),
  });
  const ghee = { modifierId: 'ghee', name: 'With ghee', price: money(100) };
  const items = [
    { ...item('masala-dosa', 'Masala Dosa', price), modifierGroups: groupOfExtras([ghee]) },
    { ...item('idli', 'Idli', 450), available: idliAvailable },
  ];
  return MenuPublished({
    restaurantId,
    name: 'Thali House',
    currency,
    location: { lat: 52.52, lon: 13.4 },
    version,
    timetable,
    prepMinutes: null,
    sections: [{ name: 'All day', items }],
  });
}

/** What the other modules say, in order, of an order that goes well. */
export function lifeOf(orderId: string): Draft[] {
  return [
    PaymentAuthorized({ orderId, paymentId: 'pay_1', amount: euros(1_700) }),
    TicketAccepted({ orderId, ticketId }),
    CourierAssigned({ orderId, ...courier, courierName: 'Asha' }),
    TicketPreparing({ orderId, ticketId }),
    TicketReady({ orderId, ticketId }),
    DeliveryPickedUp({ orderId, ...courier }),
    PaymentCaptured({ orderId, amount: euros(1_700) }),
    DeliveryDelivered({ orderId, ...courier }),
  ];
}

/** The order module alone, over HTTP and with its own database: a test says what all the others say. */
export class OrderDesk {
  private constructor(
    private readonly app: App,
    readonly plug: Plug,
    private readonly drop: () => Promise<void>,
  ) {}

  static async open(): Promise<OrderDesk> {
    const server = await aServer();
    const plug = await aPlug(server.url);
    const env = {
      PORT: '0',
      THALI_DATABASE_URL: plug.url,
      THALI_SECRET: 'the secret of a test',
      THALI_LOG_LEVEL: 'silent',
      THALI_MAX_LAG_MS: '60000',
    };
    const app = await createApp({ name: 'thali', modules: { order: OrderModule }, env });
    await app.start();
    return new OrderDesk(app, plug, server.drop);
  }

  get db(): Database {
    return this.app.nest.get(Database, { strict: false });
  }

  get following(): FollowOrder {
    return this.app.nest.get(FollowOrder, { strict: false });
  }

  /** The others say this, and the order module has heard it. */
  async hear(...drafts: Draft[]): Promise<void> {
    await this.db.transaction(async (tx) => drafts.forEach((draft) => send(tx, draft)));
    await eventually(
      () => this.db.read('select 1 from outbox union all select 1 from inbox limit 1'),
      ({ length }) => length === 0,
    );
  }

  get(url: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send('GET', url, undefined, headers);
  }

  post(url: string, payload: object = {}, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send('POST', url, payload, { 'idempotency-key': this.db.ids.uuid(), ...headers });
  }

  /** Two masala dosas, unless it is said otherwise. */
  place(order: object = {}, headers: Record<string, string> = {}): Promise<Reply> {
    const lines = [{ itemId: 'masala-dosa', quantity: 2 }];
    const deliverTo = { address: 'Chausseestr. 1, Berlin', location: { lat: 52.53, lon: 13.38 } };
    return this.post('/orders', { restaurantId, lines, deliverTo, paymentToken: 'tok_visa', ...order }, headers);
  }

  /** What the order module has said about an order, private time limits left out. */
  async said(orderId: string): Promise<string[]> {
    const rows = await this.db.read<{ type: string }>('select type from messages where key = $1 order by key_version', [
      orderId,
    ]);
    const heard = new Set(lifeOf(orderId).map(({ type }) => type));
    return rows.map(({ type }) => type).filter((type) => !heard.has(type) && !type.endsWith('.time-limit'));
  }

  /** Server-sent events, until the server ends them. */
  async stream(orderId: string): Promise<{ status: number; events: { status: string }[] }> {
    const answer = await fetch(`${await this.app.nest.getUrl()}/orders/${orderId}/tracking/stream`);
    const lines = (await answer.text()).split('\n').filter((line) => line.startsWith('data: '));
    const events = lines.map((line) => JSON.parse(line.slice('data: '.length)) as { status: string });
    return { status: answer.status, events };
  }

  async close(): Promise<void> {
    this.plug.putBack();
    await this.app.stop();
    await this.plug.close();
    await this.drop();
  }

  private async send(
    method: 'GET' | 'POST',
    url: string,
    payload: object | undefined,
    headers: Record<string, string>,
  ): Promise<Reply> {
    const answer = await this.app.nest.inject({ method, url, headers, ...(payload && { payload }) });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: (answer.body ? answer.json() : {}) as Reply['body'],
    };
  }
}
