import { messageOf, type Log } from '@thali/kit/core';
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { PaymentProvider, type ProviderResponse, type ProviderRequest } from '../payment-provider';
import type { SimulatorSettings } from '../settings';
import type { WebhookEvent } from '../webhook';
import { cards, type Card } from './cards';
import type { Request } from './judge';
import type { Judged, ProviderLog } from './provider-log';

/** Brings a webhook to whom it concerns. */
export type Notify = (event: WebhookEvent) => Promise<void>;

/**
 * A payment provider that needs no account and behaves like a real one: it takes its time, knows a repetition by its key, keeps books
 * of its own, and has cards that decline, answer late, twice or never.
 */
export class ProviderSimulator extends PaymentProvider {
  /** By key: who repeats a request that is being worked on gets the answer of the first. */
  private readonly inFlight = new Map<string, Promise<Judged>>();

  constructor(
    private readonly books: ProviderLog,
    private readonly settings: SimulatorSettings,
    private readonly notify: Notify,
    private readonly log: Log,
  ) {
    super();
  }

  async authorize(request: ProviderRequest & { token: string }): Promise<ProviderResponse> {
    const { answers }: Card = cards[request.token] ?? {};
    if (answers === 'never, having lost it') return neverAnswer();
    const judged = await this.take(
      { ...request, operation: 'authorize' },
      answers === 'late' ? this.settings.lateMs : 0,
    );
    if (answers === 'never' || answers === 'only when asked') return neverAnswer();
    if (answers === 'late' || answers === 'twice') void this.notifyTwice(request, judged);
    return answerOf(judged);
  }

  adjust(request: ProviderRequest): Promise<ProviderResponse> {
    return this.do('adjust', request);
  }

  capture(request: ProviderRequest): Promise<ProviderResponse> {
    return this.do('capture', request);
  }

  void(request: ProviderRequest): Promise<ProviderResponse> {
    return this.do('void', request);
  }

  refund(request: ProviderRequest): Promise<ProviderResponse> {
    return this.do('refund', request);
  }

  async find(request: Pick<ProviderRequest, 'key' | 'orderId'>): Promise<ProviderResponse | { outcome: 'unknown' }> {
    await this.latency();
    const found = await this.books.find(request);
    if (!found || cards[found.token ?? '']?.answers === 'never') return { outcome: 'unknown' };
    return answerOf(found);
  }

  private async do(operation: Request['operation'], request: ProviderRequest): Promise<ProviderResponse> {
    return answerOf(await this.take({ ...request, operation, token: null }));
  }

  private take(request: Request, extraMs = 0): Promise<Judged> {
    const same = this.inFlight.get(request.key);
    if (same) return same;
    const work = this.latency(extraMs)
      .then(() => this.books.enter(request))
      .finally(() => this.inFlight.delete(request.key));
    this.inFlight.set(request.key, work);
    return work;
  }

  private async latency(extraMs = 0): Promise<void> {
    const { fastestMs, slowestMs } = this.settings;
    await pause(extraMs + randomInt(fastestMs, Math.max(fastestMs, slowestMs) + 1), undefined, { ref: false });
  }

  /** Webhooks come when they come, and more than once. */
  private async notifyTwice(
    { key, orderId, amount, currency }: ProviderRequest,
    { outcome, reason, reference }: Judged,
  ): Promise<void> {
    const event = {
      eventId: `evt_${reference}`,
      key,
      orderId,
      amount: { amount, currency },
      outcome,
      reason,
      reference,
    };
    for (const _ of ['first', 'again']) {
      await this.latency();
      await this.notify(event).catch((error: unknown) =>
        this.log.warn({ err: error, key }, `a webhook was not taken: ${messageOf(error)}`),
      );
    }
  }
}

function answerOf({ outcome, amount, reason, reference }: Judged): ProviderResponse {
  return outcome === 'done'
    ? { outcome, amount, reference }
    : { outcome, reason: reason ?? 'The payment provider refused.' };
}

function neverAnswer(): Promise<never> {
  return new Promise(() => {});
}
