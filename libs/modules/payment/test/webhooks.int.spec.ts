import { PaymentAuthorized, PaymentInDoubt } from '@thali/contracts';
import { signWebhook, type WebhookEvent } from '../src/webhook';
import { dinner, euros } from '../testing/payments';
import { PaymentHarness, formerWebhookSecret, webhookSecret } from '../testing/payment-harness';

describe('a webhook', () => {
  let harness: PaymentHarness;
  let orderId: string;
  let event: WebhookEvent;
  const minutes = 60_000;

  beforeAll(async () => {
    // The provider has lost the request: only the webhook can tell what became of it.
    harness = await PaymentHarness.open({ THALI_PAYMENT_ASK_AGAIN_AFTER_MS: '3600000' });
  });
  beforeEach(async () => {
    orderId = await harness.hold('tok_lost');
    await harness.sends(orderId, PaymentInDoubt);
    const key = `${orderId}/1/authorize`;
    event = {
      eventId: `evt_${orderId}`,
      key,
      orderId,
      amount: dinner,
      outcome: 'done',
      reference: 'psp_1',
      reason: null,
    };
  });
  afterAll(() => harness.close());

  const sign = (at: number, secret = webhookSecret) =>
    signWebhook(JSON.stringify(event), secret, new Date(Date.now() + at));

  it('that is genuine ends the doubt', async () => {
    expect((await harness.webhook(event)).status).toBe(204);
    await harness.sends(orderId, PaymentAuthorized);
  });

  it('counts once, however often it comes', async () => {
    const answers = await Promise.all([harness.webhook(event), harness.webhook(event), harness.webhook(event)]);
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect((await harness.webhook({ ...event, eventId: `${event.eventId}_again` })).status).toBe(204);
    expect(await harness.sent(orderId)).toEqual(['payment.in-doubt', 'payment.authorized']);
  });

  it('may be signed with the former secret, and be a few minutes old', async () => {
    expect((await harness.webhook(event, sign(-4 * minutes, formerWebhookSecret))).status).toBe(204);
  });

  it.each([
    ['without a signature', () => null],
    ['with something else for a signature', () => 'v1=abc'],
    ['signed by somebody else', () => sign(0, 'what-anybody-may-guess')],
    ['signed too long ago', () => sign(-6 * minutes)],
    ['signed in the future', () => sign(6 * minutes)],
    [
      'whose time was changed after signing',
      () => sign(-6 * minutes).replace(/t=\d+/, `t=${Math.floor(Date.now() / 1_000)}`),
    ],
  ])('%s is refused, and changes nothing', async (_, signature) => {
    expect(await harness.webhook(event, signature())).toMatchObject({
      status: 403,
      body: { code: 'payment.webhook-not-genuine' },
    });
    expect(await harness.sent(orderId)).toEqual(['payment.in-doubt']);
  });

  it('of which one byte was changed is refused', async () => {
    const changed = JSON.stringify(event).replace('2400', '2401');
    expect((await harness.webhook(changed, sign(0))).status).toBe(403);
  });

  it('about another amount or currency is refused, and may come again when it is right', async () => {
    for (const amount of [euros(2_401), { amount: 2_400, currency: 'INR' }]) {
      expect(await harness.webhook({ ...event, amount })).toMatchObject({
        status: 409,
        body: { code: 'payment.webhook-mismatch' },
      });
    }
    expect((await harness.webhook(event)).status).toBe(204);
    await harness.sends(orderId, PaymentAuthorized);
  });

  it('about an order that we do not know is refused', async () => {
    expect(await harness.webhook({ ...event, orderId: harness.anOrder() })).toMatchObject({
      status: 404,
      body: { code: 'payment.not-found' },
    });
  });

  it('about something we never asked for changes nothing', async () => {
    expect((await harness.webhook({ ...event, key: `${orderId}/9/capture` })).status).toBe(204);
    expect(await harness.sent(orderId)).toEqual(['payment.in-doubt']);
  });

  it('that cannot be understood is refused with the field that is wrong', async () => {
    const { amount: _, ...without } = event;
    expect(await harness.webhook(JSON.stringify(without))).toMatchObject({
      status: 400,
      body: { problems: [{ field: 'amount' }] },
    });
  });
});
