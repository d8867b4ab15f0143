import { SystemIds } from '@thali/kit/core';
import type Stripe from 'stripe';
import type { ProviderRequest } from '../src/payment-provider';
import { ProviderConnection } from '../src/stripe/provider-connection';
import { stripeClient } from '../src/stripe/stripe-client';
import { StripeProvider } from '../src/stripe/stripe-provider';
import { PaymentHarness } from '../testing/payment-harness';

const ids = new SystemIds();
const key = process.env.THALI_STRIPE_TEST_KEY;

/** Both are asked for the same, by the same client. */
interface Place {
  readonly name: string;
  readonly open: () => Promise<{ stripe: Stripe; close: () => Promise<void> }>;
}

const bank: Place = {
  name: 'the bank',
  open: async () => {
    const harness = new PaymentHarness();
    await harness.start();
    return { stripe: harness.bank, close: () => harness.close() };
  },
};

const stripeItself: Place = {
  name: 'Stripe',
  open: async () => {
    const access = { url: 'https://api.stripe.com', secretKey: key ?? '', answerWithinMs: 30_000 };
    return { stripe: stripeClient(access), close: async () => {} };
  },
};

if (!key)
  process.stderr.write(
    'Stripe itself is not asked: set THALI_STRIPE_TEST_KEY to a secret key of its test mode (sk_test_…).\n',
  );

describe.each(key ? [bank, stripeItself] : [bank])('$name', ({ open }) => {
  let provider: StripeProvider;
  let stripe: Stripe;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ stripe, close } = await open());
    provider = new StripeProvider(new ProviderConnection(stripe));
  });
  afterAll(() => close());

  const visa = { token: 'tok_visa' };

  /** Requests about one hold. */
  function aHold(asked = 2_400) {
    const orderId = ids.next('ord');
    let intent: string | null = null;
    let count = 0;
    return {
      orderId,
      granted: (name: string) => (intent = name),
      request: (kind: ProviderRequest['kind'], amount = asked): ProviderRequest => ({
        kind,
        key: `${orderId}/hold/1`,
        callKey: `${orderId}/${++count}/${kind}`,
        orderId,
        intent,
        asked,
        currency: 'EUR',
        amount,
      }),
    };
  }

  async function held() {
    const hold = aHold();
    const response = await provider.authorize(hold.request('authorize'), visa);
    if (response.outcome === 'done') hold.granted(response.granted!.intent);
    return { hold, response };
  }

  it('holds money, and says until when', async () => {
    const { response } = await held();
    expect(response).toMatchObject({
      outcome: 'done',
      amount: 2_400,
      granted: { intent: expect.stringMatching(/^pi_/) },
    });
  });

  it('holds it once, however often it is asked with one key', async () => {
    const hold = aHold();
    const request = hold.request('authorize');
    const responses = [await provider.authorize(request, visa), await provider.authorize(request, visa)];
    expect(responses[1]).toEqual(responses[0]);
    expect(await provider.find(request)).toEqual(responses[0]);
  });

  it('declines in words for the customer', async () => {
    const hold = aHold();
    const request = hold.request('authorize');
    const declined = await provider.authorize(request, { token: 'tok_chargeDeclined' });
    expect(declined).toEqual({ outcome: 'refused', reason: expect.stringContaining('declined') });
    expect(await provider.find(request)).toEqual(declined);
  });

  it('does not know of a hold that it was not asked for', async () => {
    expect(await provider.find(aHold().request('authorize'))).toEqual({ outcome: 'unknown' });
  });

  it('takes a part, and releases the rest', async () => {
    const { hold } = await held();
    const request = hold.request('capture', 1_900);
    expect(await provider.capture(request)).toEqual({ outcome: 'done', amount: 1_900 });
    expect(await provider.find(request)).toEqual({ outcome: 'done', amount: 1_900 });
  });

  it('releases what is held, and says how much that was, again and again', async () => {
    const { hold } = await held();
    expect(await provider.void(hold.request('void'))).toEqual({ outcome: 'done', amount: 2_400 });
    expect(await provider.void(hold.request('void'))).toEqual({ outcome: 'done', amount: 2_400 });
  });

  it('refuses a hold that was released before it came', async () => {
    const hold = aHold();
    expect(await provider.void(hold.request('void'))).toEqual({ outcome: 'done', amount: 0 });
    expect(await provider.authorize(hold.request('authorize'), visa)).toMatchObject({ outcome: 'refused' });
  });

  it('takes nothing that was released', async () => {
    const { hold } = await held();
    await provider.void(hold.request('void'));
    expect(await provider.capture(hold.request('capture'))).toMatchObject({ outcome: 'refused' });
  });

  it('gives back a part, once with one key, and no more than was taken', async () => {
    const { hold } = await held();
    await provider.capture(hold.request('capture'));
    const request = hold.request('refund', 400);
    expect(await provider.find(request)).toEqual({ outcome: 'unknown' });
    expect(await provider.refund(request)).toEqual({ outcome: 'done', amount: 400 });
    expect(await provider.refund(request)).toEqual({ outcome: 'done', amount: 400 });
    expect(await provider.find(request)).toEqual({ outcome: 'done', amount: 400 });
    expect(await provider.refund(hold.request('refund', 2_001))).toMatchObject({ outcome: 'refused' });
  });

  it('refuses a key that comes again with another request', async () => {
    const params = { amount: 1_000, currency: 'eur', capture_method: 'manual' as const };
    const idempotencyKey = ids.uuid();
    await stripe.paymentIntents.create(params, { idempotencyKey });
    await expect(stripe.paymentIntents.create({ ...params, amount: 2_000 }, { idempotencyKey })).rejects.toMatchObject({
      type: 'StripeIdempotencyError',
    });
  });
});
