import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import {
  PaymentProvider,
  type Card,
  type IntentOf,
  type ProviderRequest,
  type ProviderResponse,
} from '../payment-provider';
import { outcomeOf, type Intent } from './outcome';
import { ProviderConnection } from './provider-connection';

type Found = ProviderResponse | { outcome: 'unknown' };

/**
 * Holds and moves money at Stripe, or at a bank that speaks its dialect: a hold is a PaymentIntent that is captured by hand.
 *
 * The intent is made before it is confirmed, in two requests. An intent that is not confirmed holds nothing and can be made again with its
 * key for its name; one that is cancelled can never be confirmed. So a hold in doubt can always be released: also where the response to
 * the confirmation, or the confirmation itself, was lost.
 */
@Injectable()
export class StripeProvider extends PaymentProvider {
  constructor(private readonly connection: ProviderConnection) {
    super();
  }

  async authorize(request: ProviderRequest, card: Card): Promise<ProviderResponse> {
    const intent = await this.intentOf(request);
    const payer = await this.payerOf(card);
    return this.do(request, (stripe, key) =>
      stripe.paymentIntents.confirm(
        intent,
        {
          ...payer,
          // There is no customer at hand who could show a second factor.
          error_on_requires_action: true,
          payment_method_options: { card: { request_incremental_authorization: 'if_available' } },
          expand: ['latest_charge'],
        },
        key,
      ),
    );
  }

  async increase(request: ProviderRequest): Promise<ProviderResponse> {
    const intent = await this.intentOf(request);
    const { amount } = request;
    return this.do(request, (stripe, key) =>
      stripe.paymentIntents.incrementAuthorization(intent, { amount, expand: ['latest_charge'] }, key),
    );
  }

  async capture(request: ProviderRequest): Promise<ProviderResponse> {
    const intent = await this.intentOf(request);
    return this.do(request, (stripe, key) =>
      stripe.paymentIntents.capture(intent, { amount_to_capture: request.amount, expand: ['latest_charge'] }, key),
    );
  }

  async void(request: ProviderRequest): Promise<ProviderResponse> {
    const intent = await this.intentOf(request);
    return this.do(request, (stripe, key) => stripe.paymentIntents.cancel(intent, { expand: ['latest_charge'] }, key));
  }

  async refund(request: ProviderRequest): Promise<ProviderResponse> {
    const payment_intent = await this.intentOf(request);
    const { amount, callKey, orderId } = request;
    const metadata = { order: orderId, call: callKey };
    return this.responseOf(request, async ({ refunds }) =>
      refunded(await refunds.create({ payment_intent, amount, metadata }, { idempotencyKey: callKey })),
    );
  }

  async find(request: ProviderRequest): Promise<Found> {
    const intent = await this.intentOf(request);
    const { stripe } = this.connection;
    if (request.kind !== 'refund') return outcomeOf(request, await this.retrieve(intent));
    for await (const refund of stripe.refunds.list({ payment_intent: intent, limit: 100 }))
      if (refund.metadata?.call === request.callKey) return refunded(refund);
    return { outcome: 'unknown' };
  }

  async findDispute(disputeId: string) {
    const { status, amount, payment_intent } = await this.connection.stripe.disputes.retrieve(disputeId);
    // An inquiry withdraws nothing yet, and what was won is ours again.
    const withdrawn = status === 'won' || status.startsWith('warning_') || status === 'prevented' ? 0 : amount;
    const intent = typeof payment_intent === 'string' ? payment_intent : payment_intent?.id;
    const { metadata } = intent ? await this.retrieve(intent) : { metadata: {} as Stripe.Metadata };
    return { status, withdrawn, orderId: metadata.order ?? null };
  }

  async findPayout(payoutId: string) {
    const { status, amount, currency } = await this.connection.stripe.payouts.retrieve(payoutId);
    return { isPaid: status === 'paid', amount, currency: currency.toUpperCase() };
  }

  /** The name of the hold's intent; an intent that is not known yet is made, or found by its key. */
  private async intentOf({ key, orderId, intent, asked, currency }: IntentOf): Promise<string> {
    if (intent !== null) return intent;
    const { id } = await this.connection.stripe.paymentIntents.create(
      {
        amount: asked,
        currency: currency.toLowerCase(),
        capture_method: 'manual',
        allowed_payment_method_types: ['card'],
        metadata: { order: orderId, hold: key },
      },
      { idempotencyKey: key },
    );
    return id;
  }

  /** A token is a card that the customer is just showing; a card that was shown before is known by the intent it was shown for. */
  private async payerOf(card: Card): Promise<Stripe.PaymentIntentConfirmParams> {
    if ('token' in card) return { ...tokenOf(card.token), setup_future_usage: 'off_session' };
    const { payment_method } = await this.retrieve(card.sameAs);
    if (payment_method === null) throw new Error(`the intent ${card.sameAs} has no card`);
    return {
      payment_method: typeof payment_method === 'string' ? payment_method : payment_method.id,
      off_session: true,
    };
  }

  private retrieve(intent: string): Promise<Intent> {
    return this.connection.stripe.paymentIntents.retrieve(intent, { expand: ['latest_charge'] });
  }

  private do(
    request: ProviderRequest,
    call: (stripe: Stripe, options: Stripe.RequestOptions) => Promise<Intent>,
  ): Promise<ProviderResponse> {
    return this.responseOf(request, async (stripe) => {
      const intent = await call(stripe, { idempotencyKey: request.callKey });
      const outcome = outcomeOf(request, intent);
      if (outcome.outcome === 'unknown') throw new Error(`${request.kind} has left the intent ${intent.status}`);
      return outcome;
    });
  }

  /** A refusal is an error that no repetition would change; but what was wanted may be so already. Other errors leave the call in doubt. */
  private async responseOf(
    request: ProviderRequest,
    work: (stripe: Stripe) => Promise<ProviderResponse>,
  ): Promise<ProviderResponse> {
    try {
      return await work(this.connection.stripe);
    } catch (error) {
      if (error instanceof Stripe.errors.StripeCardError) return { outcome: 'refused', reason: error.message };
      const isFinal =
        error instanceof Stripe.errors.StripeInvalidRequestError && error.code !== 'idempotency_key_in_use';
      if (!isFinal) throw error;
      const found = error.payment_intent && outcomeOf(request, await this.retrieve(error.payment_intent.id));
      return found && found.outcome !== 'unknown' ? found : { outcome: 'refused', reason: error.message };
    }
  }
}

/** The client's types know cards by their numbers only, which are no business of ours. */
function tokenOf(token: string): Stripe.PaymentIntentConfirmParams {
  if (token.startsWith('pm_')) return { payment_method: token };
  const card = { type: 'card', card: { token } };
  return { payment_method_data: card as Stripe.PaymentIntentConfirmParams.PaymentMethodData };
}

/** A refund counts when the provider has taken it on. */
function refunded({ status, amount, failure_reason }: Stripe.Refund): ProviderResponse {
  const failed = status === 'failed' || status === 'canceled';
  return failed ? { outcome: 'refused', reason: failure_reason ?? 'The refund failed.' } : { outcome: 'done', amount };
}
