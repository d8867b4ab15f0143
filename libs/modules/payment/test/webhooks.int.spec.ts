import { PaymentAuthorized, PaymentCancelled } from '@thali/contracts';
import { signWebhook } from '../src/bank/sign-webhook';
import { PaymentHarness, formerWebhookSecret, webhookSecret } from '../testing/payment-harness';

describe('a webhook', () => {
  const harness = new PaymentHarness();
  let orderId: string;
  let event: ReturnType<PaymentHarness['anEvent']>;
  const minutes = 60_000;

  beforeAll(async () => {
    // The answer is lost, and is not asked for: only the webhook can tell us to.
    await harness.start({ THALI_PAYMENT_ASK_AGAIN_AFTER_MS: '3600000' });
  });
  beforeEach(async () => {
    orderId = await harness.doubted('tok_answer_lost');
    event = harness.anEvent(orderId);
  });
  afterAll(() => harness.close());

  const sign = (at: number, secret = webhookSecret) =>
    signWebhook(JSON.stringify(event), secret, new Date(Date.now() + at));

  it('that is genuine ends the doubt: what has become of the hold is looked up', async () => {
    expect((await harness.webhook(event)).status).toBe(204);
    await harness.sends(orderId, PaymentAuthorized);
    expect(await harness.charges(orderId)).toEqual([{ operation: 'authorize', outcome: 'done', amount: 2_400 }]);
  });

  it('counts once, however often it comes', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => harness.webhook(event)));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    await harness.sends(orderId, PaymentAuthorized);
    expect((await harness.webhook(harness.anEvent(orderId))).status).toBe(204);
    await harness.atRest(orderId);
    expect(await harness.sent(orderId)).toEqual(['payment.in-doubt', 'payment.authorized']);
  });

  it('that says what is not so changes nothing: the bank is believed, and not the webhook', async () => {
    const lost = await harness.doubted('tok_lost');
    expect((await harness.webhook(harness.anEvent(lost))).status).toBe(204);
    expect((await harness.webhook(harness.anEvent(lost, { type: 'payment_intent.succeeded' }))).status).toBe(204);
    await harness.webhook(event);
    await harness.sends(orderId, PaymentAuthorized);
    expect(await harness.sent(lost)).toEqual(['payment.in-doubt']);
    expect(await harness.charges(lost)).toEqual([]);
  });

  it('that comes out of order, of a capture before that of its hold, ends the same', async () => {
    await harness.webhook(harness.anEvent(orderId, { type: 'payment_intent.succeeded' }));
    await harness.webhook(event);
    await harness.sends(orderId, PaymentAuthorized);
    await harness.atRest(orderId);
    expect(await harness.sent(orderId)).toEqual(['payment.in-doubt', 'payment.authorized']);
  });

  it('that comes before the answer to the same call is a witness like it: the hold is announced once', async () => {
    const early = await harness.hold('tok_twice');
    await harness.webhook(harness.anEvent(early));
    await harness.sends(early, PaymentAuthorized);
    await harness.webhook(harness.anEvent(early));
    await harness.atRest(early);
    expect(await harness.sent(early)).toEqual(['payment.authorized']);
    expect(await harness.charges(early)).toHaveLength(1);
  });

  it('about an order that is over releases what has come to light', async () => {
    await harness.cancel(orderId);
    await harness.sends(orderId, PaymentCancelled);
    expect((await harness.webhook(event)).status).toBe(204);
    await harness.atRest(orderId);
    expect(await harness.payment(orderId)).toMatchObject({ status: 'cancelled', voided: 2_400 });
    expect((await harness.sent(orderId)).filter((type) => type === 'payment.cancelled')).toHaveLength(1);
  });

  it('may be signed with the former secret, and be a few minutes old', async () => {
    expect((await harness.webhook(event, sign(-4 * minutes, formerWebhookSecret))).status).toBe(204);
  });

  it.each([
    ['without a signature', () => null],
    ['with something else for a signature', () => 'v1=abc'],
    ['signed by another', () => sign(0, 'what-anybody-may-guess')],
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
    const changed = JSON.stringify(event).replace('pi_1', 'pi_2');
    expect((await harness.webhook(changed, sign(0))).status).toBe(403);
  });

  it('that is no event is refused with the field that is wrong', async () => {
    const { type: _, ...without } = event;
    expect(await harness.webhook(without)).toMatchObject({ status: 400, body: { problems: [{ field: 'type' }] } });
  });

  it('about an order that is not ours is taken, and changes nothing', async () => {
    const foreign = harness.anOrder();
    expect((await harness.webhook(harness.anEvent(foreign))).status).toBe(204);
    expect((await harness.get(`/payments/${foreign}`)).status).toBe(404);
  });
});
