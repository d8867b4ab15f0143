import { Injectable } from '@nestjs/common';
import { Log, type Message } from '@thali/kit/core';
import { Seal } from '@thali/kit/nest';
import { Database, type Tx } from '@thali/kit/postgres';
import { holdKeyOf, isUnwanted, keyOf, type Call, type Decision, type Payment, type Response } from './domain/payment';
import { apply } from './domain/responses';
import { PaymentProvider, type Card, type ProviderRequest } from './payment-provider';
import { PaymentRepository } from './payment.repository';
import { PaymentSettings } from './settings';
import { setRenewal, setTimers } from './timers';

type Decide = (payment: Payment) => Decision;

/** What remains to be recorded, in the transaction of the message. */
export type Recording = (tx: Tx) => Promise<void>;

/**
 * The three parts of a call to the provider, which every use case puts together: a call is recorded, made while no transaction is open, and
 * its response recorded.
 *
 * Some process always makes an open call, whatever crashes: the handler of the message that led to it, because the message comes again
 * until the response is recorded; or the handler of the timer that is set with whatever else leads to a call. Both may make it: the
 * provider knows the key, and the first response counts.
 */
@Injectable()
export class ProviderCalls {
  constructor(
    private readonly db: Database,
    private readonly payments: PaymentRepository,
    private readonly provider: PaymentProvider,
    private readonly seal: Seal,
    private readonly settings: PaymentSettings,
    private readonly log: Log,
  ) {}

  /** Decides, and records the decision in a transaction of its own. @returns the payment as it is then. */
  async record(message: Message<{ orderId: string }>, decide: Decide): Promise<Payment> {
    const { orderId } = message.data;
    const context = { correlationId: message.correlationId, causationId: message.id };
    const work = async (tx: Tx) => {
      const change = await this.payments.change(tx, orderId, decide);
      setRenewal(tx, change, this.settings.renewBeforeMs);
      return change.after;
    };
    return this.db.transaction(work, context, { key: orderId });
  }

  /**
   * Makes the payment's open call, if it has one. A call in doubt is looked up first, and not made again if no longer wanted. Never throws:
   * the response to a provider that fails or is late is a time-out.
   *
   * @returns what is to be recorded with the message.
   */
  async make(payment: Payment): Promise<Recording> {
    const { orderId, call } = payment;
    if (!call) return async () => {};
    const response = await this.responseTo(payment, call);
    return async (tx) => void (await this.recordAndContinue(tx, orderId, (now) => apply(now, call, response)));
  }

  /** Decides and records; a call that comes of it is made when this has been committed, or after a pause if it is in doubt. */
  async recordAndContinue(tx: Tx, orderId: string, decide: Decide): Promise<Payment> {
    const change = await this.payments.change(tx, orderId, decide);
    setTimers(tx, change, this.settings);
    return change.after;
  }

  private async responseTo(payment: Payment, call: Call): Promise<Response> {
    const request = requestOf(payment, call);
    try {
      if (call.unanswered > 0) {
        const found = await this.inTime<Response>(this.provider.find(request));
        if (found.outcome !== 'unknown' || isUnwanted(payment)) return found;
      }
      return await this.inTime<Response>(this.send(payment, request));
    } catch (error) {
      this.log.warn({ err: error, key: request.callKey }, 'payment provider timed out');
      return { outcome: 'timeout' };
    }
  }

  private async send(payment: Payment, request: ProviderRequest): Promise<Response> {
    if (request.kind !== 'authorize') return this.provider[request.kind](request);
    const card = this.cardOf(payment);
    return card
      ? this.provider.authorize(request, card)
      : { outcome: 'refused', reason: 'The payment token cannot be read.' };
  }

  /** The first hold is made with the customer's token, which is erased then; others are made with the card of a hold that was granted. */
  private cardOf({ holds, sealedToken }: Payment): Card | null {
    const sameAs = holds.find(({ intent }) => intent !== null)?.intent;
    if (sameAs) return { sameAs };
    try {
      return sealedToken === null ? null : { token: this.seal.open(sealedToken) };
    } catch {
      return null; // Not sealed by this deployment: it will never open.
    }
  }

  private async inTime<T>(response: Promise<T>): Promise<T> {
    const { answerWithinMs } = this.settings;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${answerWithinMs} ms`)), answerWithinMs);
    });
    return Promise.race([response, late]).finally(() => clearTimeout(timer));
  }
}

function requestOf(payment: Payment, call: Call): ProviderRequest {
  const { orderId, currency, holds } = payment;
  const hold = holds.find(({ number }) => number === call.hold);
  const { kind, amount } = call;
  const intent = { key: holdKeyOf(payment, call.hold), intent: hold?.intent ?? null, asked: hold?.asked ?? amount };
  return { kind, callKey: keyOf(payment, call), orderId, currency, amount, ...intent };
}
