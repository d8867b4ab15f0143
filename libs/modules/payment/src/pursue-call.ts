import { Injectable } from '@nestjs/common';
import { Seal } from '@thali/kit/nest';
import { messageOf, type Message, Log } from '@thali/kit/core';
import { schedule } from '@thali/kit/messaging';
import { Database, type Tx } from '@thali/kit/postgres';
import { hear } from './domain/responses';
import { isUnwanted, keyOf, type Answer, type Call, type Decision, type Payment } from './domain/payment';
import { ContinuePayment } from './domain/timers';
import { PaymentProvider, type ProviderRequest } from './payment-provider';
import { PaymentRepository } from './payment.repository';
import { PaymentSettings } from './settings';

type Decide = (payment: Payment) => Decision;

/** What remains to be recorded, in the transaction of the message. */
export type Recording = (tx: Tx) => Promise<void>;

const longestPauseMs = 30_000;

/**
 * Makes the calls to the provider. No transaction is open meanwhile: a call is recorded, made, and its answer recorded.
 *
 * An open call always has somebody who will make it, whatever crashes: the message that led to it, which comes again until its answer
 * is recorded; or the timer that is set with whatever else leads to a call. Both may come: the provider knows the key, and the first
 * answer counts.
 */
@Injectable()
export class PursueCall {
  constructor(
    private readonly db: Database,
    private readonly payments: PaymentRepository,
    private readonly provider: PaymentProvider,
    private readonly seal: Seal,
    private readonly settings: PaymentSettings,
    private readonly log: Log,
  ) {}

  /** Decides and records, then makes the open call, if there is one. @returns what is to be recorded with the message. */
  async now(message: Message<{ orderId: string }>, decide: Decide): Promise<Recording> {
    const { orderId } = message.data;
    const story = { correlationId: message.correlationId, causationId: message.id };
    const record = (tx: Tx) => this.payments.change(tx, orderId, decide);
    const { after } = await this.db.transaction(record, story, { key: orderId });
    const { call } = after;
    if (!call) return async () => {};
    const answer = await this.ask(after, call);
    return async (tx) => void (await this.later(tx, orderId, (payment) => hear(payment, call, answer)));
  }

  /** Decides and records; a call that comes of it is made when this has been committed, or after a pause if it is in doubt. */
  async later(tx: Tx, orderId: string, decide: Decide): Promise<Payment> {
    const { before, after } = await this.payments.change(tx, orderId, decide);
    const { call } = after;
    if (call && call !== before.call) schedule(tx, ContinuePayment({ orderId }), { afterMs: this.pauseMs(call) });
    return after;
  }

  /** The provider's answer. A call in doubt is looked up first, and not made again if nobody wants it any more. Never throws. */
  private async ask(payment: Payment, call: Call): Promise<Answer> {
    const { orderId, currency } = payment;
    const request = { key: keyOf(payment, call), orderId, amount: call.amount, currency };
    try {
      if (call.unanswered > 0) {
        const found = await this.inTime<Answer>(this.provider.find(request));
        if (found.outcome !== 'unknown' || isUnwanted(payment)) return found;
      }
      return await this.inTime<Answer>(this.make(payment, call, request));
    } catch (error) {
      this.log.warn({ err: error, key: request.key }, `the payment provider is silent: ${messageOf(error)}`);
      return { outcome: 'silence' };
    }
  }

  private async make(payment: Payment, { kind }: Call, request: ProviderRequest): Promise<Answer> {
    if (kind !== 'authorize') return this.provider[kind](request);
    const token = this.open(payment.sealedToken);
    if (token === null) return { outcome: 'refused', reason: 'The payment token cannot be read.' };
    return this.provider.authorize({ ...request, token });
  }

  private open(sealedToken: string | null): string | null {
    try {
      return sealedToken === null ? null : this.seal.open(sealedToken);
    } catch {
      return null; // Not sealed by this deployment: it will never open.
    }
  }

  private async inTime<T>(answer: Promise<T>): Promise<T> {
    const { answerWithinMs } = this.settings;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${answerWithinMs} ms`)), answerWithinMs);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }

  /** Twice as long after each silence, and never the same for two that fell silent together. */
  private pauseMs({ unanswered }: Call): number {
    if (unanswered === 0) return 0;
    return Math.min(longestPauseMs, this.settings.askAgainAfterMs * 2 ** (unanswered - 1)) * (0.5 + Math.random() / 2);
  }
}
