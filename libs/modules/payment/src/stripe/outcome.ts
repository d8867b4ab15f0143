import type Stripe from 'stripe';
import type { ProviderRequest, ProviderResponse } from '../payment-provider';

export type Intent = Stripe.PaymentIntent;

/** What has become of a request, by the state of its intent; `unknown` when the intent is as if the request had never come. */
export function outcomeOf(
  { kind, amount }: Pick<ProviderRequest, 'kind' | 'amount'>,
  intent: Intent,
): ProviderResponse | { outcome: 'unknown' } {
  const { status } = intent;
  const isHeld = status === 'requires_capture' || status === 'succeeded';
  switch (kind) {
    case 'authorize':
      if (isHeld) return { outcome: 'done', amount: intent.amount, granted: grantedOf(intent) };
      if (status === 'canceled') return { outcome: 'refused', reason: 'The order was cancelled before.' };
      return intent.last_payment_error
        ? { outcome: 'refused', reason: intent.last_payment_error.message ?? 'The card was declined.' }
        : { outcome: 'unknown' };
    case 'increase':
      return status === 'requires_capture' && intent.amount >= amount
        ? { outcome: 'done', amount: intent.amount }
        : { outcome: 'unknown' };
    case 'capture':
      if (status === 'canceled') return { outcome: 'refused', reason: 'The hold has ended.' };
      return status === 'succeeded' ? { outcome: 'done', amount: intent.amount_received } : { outcome: 'unknown' };
    case 'void':
      return releasedOf(intent) ?? { outcome: 'unknown' };
    case 'refund':
      return { outcome: 'unknown' };
  }
}

/** How much a cancelled intent had held. */
function releasedOf({ status, latest_charge }: Intent): ProviderResponse | null {
  if (status !== 'canceled') return null;
  const amount = latest_charge && typeof latest_charge !== 'string' ? latest_charge.amount_refunded : 0;
  return { outcome: 'done', amount };
}

function grantedOf({ id, latest_charge }: Intent) {
  const card = latest_charge && typeof latest_charge !== 'string' ? latest_charge.payment_method_details?.card : null;
  return {
    intent: id,
    increasable: card?.incremental_authorization?.status === 'available',
    captureBefore: card?.capture_before ? new Date(card.capture_before * 1_000).toISOString() : null,
  };
}
