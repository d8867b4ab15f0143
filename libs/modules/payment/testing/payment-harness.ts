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
import { eventually as waitUntil } from '@thali/kit/messaging/testing';
import { Seal } from '@thali/kit/nest';
import type { AnyMessageType } from '@thali/kit/core';
import { ModuleHarness, type Response } from '@thali/kit/nest/testing';
import { PaymentModule } from '../src';
import type { PaymentDetails } from '../src/payment.view';
import { ContinuePayment, RenewHold } from '../src/timers';
import { ProviderConnection } from '../src/stripe/provider-connection';
import { signWebhook, signatureHeader } from '../src/bank/sign-webhook';
import { Client } from 'pg';
import type Stripe from 'stripe';
import { wrongs } from './audit';
import { Hours } from './hours';
import { courierId, dinner, restaurantId } from './payments';

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
  THALI_PAYMENT_ANSWER_WITHIN_MS: String(Hours.ms),
  THALI_PAYMENT_ASK_AGAIN_AFTER_MS: '1',
  THALI_BANK_FASTEST_MS: '1',
  THALI_BANK_SLOWEST_MS: '1',
  THALI_BANK_LATE_MS: String(Hours.ms),
  THALI_PAYMENT_WEBHOOK_SECRETS: `${webhookSecret},${formerWebhookSecret}`,
};

/** The payment module alone, with the bank; nothing waits longer than a test says. */
export class PaymentHarness extends ModuleHarness {
  private hours: Hours;
  /** Sees the tables of the module and of the bank. */
  private witness: Client;

  constructor() {
    const timers = [ContinuePayment, RenewHold];
    super({ product: 'thali', name: 'payment', module: PaymentModule, env: quick, timers });
  }

  override async start(env: Record<string, string> = {}): Promise<void> {
    this.hours = new Hours();
    await super.start(env);
    this.witness = new Client({ connectionString: this.server.url, options: '-c search_path=payment,bank' });
    await this.witness.connect();
  }

  override async close(): Promise<void> {
    this.hours.endWaits();
    this.hours.endSleeps();
    await this.witness.end();
    await super.close();
    this.hours.stop();
  }

  anOrder(): string {
    return this.ids.next('ord');
  }

  commandToHold(orderId: string, token: string, amount: Money = dinner) {
    const sealedToken = this.provider(Seal).seal(token);
    return AuthorizePayment({ orderId, customerId: 'cus_demo', restaurantId, amount, sealedToken });
  }

  /** Asks to hold the money. @returns the order. */
  async hold(token: string, amount: Money = dinner, orderId = this.anOrder()): Promise<string> {
    await this.receive(this.commandToHold(orderId, token, amount));
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
    await this.receive(CapturePayment({ orderId, amount: null, bill }));
    await this.sends(orderId, PaymentCaptured);
    return orderId;
  }

  async cancel(orderId: string, keep: Money | null = null): Promise<void> {
    await this.receive(CancelPayment({ orderId, keep, reason: 'the customer changed their mind' }));
  }

  async delivers(orderId: string): Promise<void> {
    await this.receive(DeliveryDelivered({ orderId, deliveryId: 'dlv_01h455vb4pex5vsknk084sn02q', courierId }));
  }

  /** How many of these orders have a message of this type, of whatever type without one: asked at once, however many they are. */
  async countSent(orderIds: readonly string[], type?: AnyMessageType): Promise<number> {
    const find = `select count(distinct key)::int as orders from messages where key = any($1)
      and (type = $2 or $2 is null and type not in ('payment.continue', 'payment.renew-hold'))`;
    const [row] = await this.db.read<{ orders: number }>(find, [orderIds, type?.type ?? null]);
    return row?.orders ?? 0;
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
    return (await this.get<PaymentDetails>(`/payments/${orderId}`)).body;
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
    return this.provider(ProviderConnection).stripe;
  }

  async balanceOf(account: string): Promise<number> {
    const [row] = await this.db.read<{ balance: number }>('select balance from accounts where account = $1', [account]);
    return row?.balance ?? 0;
  }

  refund<Body = { refundId: string; code?: string }>(orderId: string, body: object, key = this.ids.uuid()) {
    return this.post<Body>(`/payments/${orderId}/refunds`, body, { 'idempotency-key': key });
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
    return this.post('/payments/webhooks', payload, headers);
  }
}

/** Waits until this is so. */
export async function eventually(look: () => Promise<boolean>): Promise<void> {
  await waitUntil(look, Boolean);
}
