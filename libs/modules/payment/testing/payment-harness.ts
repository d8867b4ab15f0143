import {
  AuthorizePayment,
  CancelPayment,
  CapturePayment,
  DeliveryDelivered,
  PaymentAuthorized,
  PaymentCaptured,
  PaymentInDoubt,
  type Bill,
  type Money,
} from '@thali/contracts';
import { Seal } from '@thali/kit/nest';
import { createApp, type App } from '@thali/kit/nest/run';
import { SystemIds, type AnyMessageType, type DataOf, type Draft, type Message } from '@thali/kit/core';
import { Database } from '@thali/kit/postgres';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { PaymentModule } from '../src';
import type { PaymentDetails } from '../src/payment.view';
import { ProviderConnection } from '../src/stripe/provider-connection';
import { signWebhook, signatureHeader } from '../src/bank/sign-webhook';
import { Client } from 'pg';
import type Stripe from 'stripe';
import { wrongs } from './audit';
import { Hours } from './hours';
import { courierId, dinner, restaurantId } from './payments';

export interface Response<Body> {
  status: number;
  body: Body;
}

/** A line of the bank's log. */
export interface Charge {
  operation: string;
  outcome: 'done' | 'refused';
  amount: number;
}

export const webhookSecret = 'what-the-provider-knows';
export const formerWebhookSecret = 'what-the-provider-knew';

/** A bank that answers at once, and a module that waits for it until a test says that it has waited long enough. */
const quick = {
  PORT: '0',
  THALI_LOG_LEVEL: 'silent',
  THALI_PAYMENT_ANSWER_WITHIN_MS: String(Hours.ms),
  THALI_PAYMENT_ASK_AGAIN_AFTER_MS: '1',
  THALI_BANK_FASTEST_MS: '1',
  THALI_BANK_SLOWEST_MS: '1',
  THALI_BANK_LATE_MS: String(Hours.ms),
  THALI_PAYMENT_WEBHOOK_SECRETS: `${webhookSecret},${formerWebhookSecret}`,
};

/** The payment module as a process of its own, on a database of its own. The other modules are played by the test. */
export class PaymentHarness {
  private readonly ids = new SystemIds();

  private constructor(
    private readonly hours: Hours,
    private readonly app: App,
    private readonly server: TestServer,
    readonly db: Database,
    /** Sees the tables of the module and of the bank. */
    private readonly witness: Client,
  ) {}

  /** @param env what to set differently. */
  static async open(env: Record<string, string> = {}): Promise<PaymentHarness> {
    const hours = new Hours();
    const server = await aServer();
    const modules = { payment: PaymentModule };
    const app = await createApp({ name: 'thali', modules, env: { THALI_DATABASE_URL: server.url, ...quick, ...env } });
    await app.start();
    const witness = new Client({ connectionString: server.url, options: '-c search_path=payment,bank' });
    await witness.connect();
    return new PaymentHarness(hours, app, server, app.nest.get(Database, { strict: false }), witness);
  }

  async close(): Promise<void> {
    this.hours.endWaits();
    this.hours.endSleeps();
    await this.app.stop();
    await this.witness.end();
    await this.server.drop();
    this.hours.stop();
  }

  get<T>(provider: abstract new (...args: never[]) => T): T {
    return this.app.nest.get<T>(provider as never, { strict: false });
  }

  anOrder(): string {
    return this.ids.next('ord');
  }

  /** As it would arrive from another module. */
  message<Data>(draft: Draft<Data>): Message<Data> {
    const recordedAt = new Date().toISOString();
    const story = { producer: 'order', keyVersion: 1, causationId: null, correlationId: 'test' };
    return { ...draft, ...story, id: this.ids.uuid(), recordedAt };
  }

  /** A message arrives; it is handled in its own time. */
  async receives(draft: Draft): Promise<void> {
    await this.app.runtime.transport.deliver('payment', [this.message(draft)]);
  }

  commandToHold(orderId: string, token: string, amount: Money = dinner) {
    const sealedToken = this.get(Seal).seal(token);
    return AuthorizePayment({ orderId, customerId: 'cus_demo', restaurantId, amount, sealedToken });
  }

  /** Asks to hold the money. @returns the order. */
  async hold(token: string, amount: Money = dinner, orderId = this.anOrder()): Promise<string> {
    await this.receives(this.commandToHold(orderId, token, amount));
    return orderId;
  }

  /** Asks to hold the money of a card whose answer does not come in time. @returns the order, once it is in doubt. */
  async doubted(token: 'tok_lost' | 'tok_late' | 'tok_answer_lost' | 'tok_no_answer'): Promise<string> {
    const orderId = await this.hold(token);
    const isEntered = token === 'tok_answer_lost' || token === 'tok_no_answer';
    await eventually(async () => (await (isEntered ? this.charges(orderId) : this.log(orderId))).length > 0);
    if (token === 'tok_late') await eventually(async () => this.hours.isSleeping);
    await eventually(async () => {
      this.giveUpWaiting();
      return (await this.sent(orderId)).includes(PaymentInDoubt.type);
    });
    return orderId;
  }

  /** The module has waited long enough for the answers that have not come. */
  giveUpWaiting(): void {
    this.hours.endWaits();
  }

  /** The bank answers what it was late with. */
  lateAnswersCome(): void {
    this.hours.endSleeps();
  }

  /** Holds the money, and waits until it is held. */
  async held(token = 'tok_visa', amount: Money = dinner): Promise<string> {
    const orderId = await this.hold(token, amount);
    await this.sends(orderId, PaymentAuthorized);
    return orderId;
  }

  /** Holds and takes the money, and waits until it is taken. */
  async taken(token = 'tok_visa', bill: Bill | null = null): Promise<string> {
    const orderId = await this.held(token);
    await this.receives(CapturePayment({ orderId, amount: null, bill }));
    await this.sends(orderId, PaymentCaptured);
    return orderId;
  }

  cancel(orderId: string, keep: Money | null = null): Promise<void> {
    return this.receives(CancelPayment({ orderId, keep, reason: 'the customer changed their mind' }));
  }

  delivers(orderId: string): Promise<void> {
    return this.receives(DeliveryDelivered({ orderId, deliveryId: 'dlv_01h455vb4pex5vsknk084sn02q', courierId }));
  }

  /** What the module sends about the order, of this type: waits until it does. */
  sends<Type extends AnyMessageType>(orderId: string, { type }: Type): Promise<DataOf<Type>> {
    return eventually(async () => {
      const find = 'select data from messages where key = $1 and type = $2';
      const [said] = await this.db.read<{ data: DataOf<Type> }>(find, [orderId, type]);
      return said?.data;
    });
  }

  /** How many of these orders have a message of this type, of whatever type without one: asked at once, however many they are. */
  async countSent(orderIds: readonly string[], type?: AnyMessageType): Promise<number> {
    const find = `select count(distinct key)::int as orders from messages where key = any($1)
      and (type = $2 or $2 is null and type not in ('payment.continue', 'payment.renew-hold'))`;
    const [row] = await this.db.read<{ orders: number }>(find, [orderIds, type?.type ?? null]);
    return row?.orders ?? 0;
  }

  /** What the module has told the others about the order, in order. */
  async sent(orderId: string): Promise<string[]> {
    const find = `select type from messages where key = $1 and type not in ('payment.continue', 'payment.renew-hold') order by key_version`;
    return (await this.db.read<{ type: string }>(find, [orderId])).map(({ type }) => type);
  }

  /**
   * Resolves when nothing is in flight for the order: no message, no timer, no open call.
   *
   * @param options `giveUp`: what still waits for an answer has waited long enough.
   */
  async atRest(orderId: string, { giveUp = false } = {}): Promise<void> {
    await eventually(async () => {
      if (giveUp) this.hours.endWaits();
      const [busy] = await this.db.read<{ busy: boolean }>(
        `select exists (select from inbox where key = $1) or exists (select from outbox join messages using (message_id) where key = $1)
           or exists (select from timers where key = $1 and type <> 'payment.renew-hold')
           or exists (select from payments where order_id = $1 and detail ->> 'call' is not null) as busy`,
        [orderId],
      );
      return busy?.busy === false;
    });
  }

  async payment(orderId: string): Promise<PaymentDetails> {
    return (await this.ask<PaymentDetails>('GET', `/payments/${orderId}`)).body;
  }

  /** What the bank's own log says, but that intents were made. */
  async charges(orderId: string): Promise<Charge[]> {
    return (await this.log(orderId)).filter(({ operation }) => operation !== 'create');
  }

  private log(orderId: string): Promise<Charge[]> {
    return this.see<Charge>(
      'select operation, outcome, amount::int from provider_log where order_id = $1 order by logged_at, number',
      [orderId],
    );
  }

  /** Reads as an administrator. */
  async see<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.witness.query<Row>(sql, [...values])).rows;
  }

  /** Everything that is wrong with the money, with the evidence; nothing may be in flight. */
  wrongs(): Promise<Record<string, object[]>> {
    return wrongs((sql) => this.see(sql));
  }

  /** Asks the bank, as the module does. */
  get bank(): Stripe {
    return this.get(ProviderConnection).stripe;
  }

  async balanceOf(account: string): Promise<number> {
    const [row] = await this.db.read<{ balance: number }>('select balance from accounts where account = $1', [account]);
    return row?.balance ?? 0;
  }

  async ask<Body>(method: 'GET' | 'POST', url: string, body?: object, headers = {}): Promise<Response<Body>> {
    const answer = await this.app.nest.inject({ method, url, headers, ...(body && { payload: body }) });
    return { status: answer.statusCode, body: (answer.body === '' ? {} : JSON.parse(answer.body)) as Body };
  }

  refund<Body = { refundId: string; code?: string }>(orderId: string, body: object, key = this.ids.uuid()) {
    return this.ask<Body>('POST', `/payments/${orderId}/refunds`, body, { 'idempotency-key': key });
  }

  /** An event as the bank sends it. @param about what to say differently. */
  anEvent(orderId: string, about: { id?: string; type?: string } = {}) {
    return {
      id: `evt_${this.ids.uuid()}`,
      object: 'event',
      type: 'payment_intent.amount_capturable_updated',
      ...about,
      data: {
        object: { id: 'pi_1', object: 'payment_intent', metadata: { order: orderId, hold: `${orderId}/hold/1` } },
      },
    };
  }

  /** The bank tells us something; by default rightly signed, now. */
  async webhook(event: object | string, signature?: string | null): Promise<Response<{ code?: string }>> {
    const payload = typeof event === 'string' ? event : JSON.stringify(event);
    const signed = signature === undefined ? signWebhook(payload, webhookSecret, new Date()) : signature;
    const headers = { 'content-type': 'application/json', ...(signed !== null && { [signatureHeader]: signed }) };
    const answer = await this.app.nest.inject({ method: 'POST', url: '/payments/webhooks', headers, payload });
    return {
      status: answer.statusCode,
      body: answer.body === '' ? {} : (JSON.parse(answer.body) as { code?: string }),
    };
  }
}

/** Asks again until there is an answer. What never comes ends with the test's own time limit. */
export async function eventually<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
