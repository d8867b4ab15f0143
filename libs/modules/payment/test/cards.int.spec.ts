import {
  CapturePayment,
  PaymentAuthorized,
  PaymentCaptureFailed,
  PaymentCancelled,
  PaymentDeclined,
} from '@thali/contracts';
import { dinner } from '../testing/payments';
import { PaymentHarness, eventually } from '../testing/payment-harness';

describe('a card that', () => {
  const harness = new PaymentHarness();

  beforeAll(() => harness.start());
  afterAll(() => harness.close());

  it('works is charged once, and the money is shared out when the meal was brought', async () => {
    const orderId = await harness.taken('tok_visa');
    await harness.delivers(orderId);
    await harness.atRest(orderId);
    expect(await harness.sent(orderId)).toEqual(['payment.authorized', 'payment.captured']);
    expect(await harness.charges(orderId)).toEqual([
      { operation: 'authorize', outcome: 'done', amount: 2_400 },
      { operation: 'capture', outcome: 'done', amount: 2_400 },
    ]);
    const { status, captured, transfers } = await harness.payment(orderId);
    expect({ status, captured }).toEqual({ status: 'captured', captured: 2_400 });
    expect(transfers.map(({ postings }) => postings.map(({ amount }) => amount))).toEqual([
      [-2_400, 2_400],
      [-2_400, 288, 360, 1_752],
    ]);
  });

  it('is declined holds nothing', async () => {
    const orderId = await harness.hold('tok_declined');
    expect(await harness.sends(orderId, PaymentDeclined)).toEqual({ orderId, reason: 'The card was declined.' });
    await harness.atRest(orderId);
    expect(await harness.payment(orderId)).toMatchObject({ status: 'declined', authorized: 0 });
  });

  it('does not exist is declined', async () => {
    const orderId = await harness.hold('tok_of_nobody');
    expect(await harness.sends(orderId, PaymentDeclined)).toEqual({ orderId, reason: 'There is no such card.' });
  });

  it('cannot pay that much is declined', async () => {
    const orderId = await harness.hold('tok_visa', { amount: 10_000_001, currency: 'EUR' });
    expect(await harness.sends(orderId, PaymentDeclined)).toEqual({
      orderId,
      reason: 'The card does not pay that much.',
    });
  });

  it('loses its answer is in doubt, is looked up, and turns out to be held: once', async () => {
    const orderId = await harness.doubted('tok_answer_lost');
    await harness.sends(orderId, PaymentAuthorized);
    await harness.atRest(orderId);
    expect(await harness.sent(orderId)).toEqual(['payment.in-doubt', 'payment.authorized']);
    expect(await harness.charges(orderId)).toEqual([{ operation: 'authorize', outcome: 'done', amount: 2_400 }]);
  });

  it('answers late is in doubt meanwhile, and held once', async () => {
    const orderId = await harness.doubted('tok_late');
    harness.lateAnswersCome();
    await harness.sends(orderId, PaymentAuthorized);
    await harness.atRest(orderId);
    expect(await harness.sent(orderId)).toEqual(['payment.in-doubt', 'payment.authorized']);
    expect(await harness.charges(orderId)).toEqual([{ operation: 'authorize', outcome: 'done', amount: 2_400 }]);
  });

  it('answers twice is held once, and that is said once', async () => {
    const orderId = await harness.held('tok_twice');
    await eventually(async () => (await harness.db.read('select from webhook_events')).length > 0);
    await harness.atRest(orderId);
    expect(await harness.sent(orderId)).toEqual(['payment.authorized']);
    expect(await harness.charges(orderId)).toHaveLength(1);
  });

  it('is never heard of stays in doubt until the order is cancelled', async () => {
    const orderId = await harness.doubted('tok_lost');
    await harness.cancel(orderId);
    await harness.atRest(orderId, { giveUp: true });
    expect(await harness.sends(orderId, PaymentCancelled)).toEqual({
      orderId,
      voided: null,
      refunded: null,
      kept: null,
    });
    expect(await harness.charges(orderId)).toEqual([{ operation: 'void', outcome: 'done', amount: 0 }]);
  });

  it('never answers, not even when asked, is released when the order is cancelled: it may have been held', async () => {
    const orderId = await harness.doubted('tok_no_answer');
    await harness.cancel(orderId);
    await harness.atRest(orderId, { giveUp: true });
    expect(await harness.sends(orderId, PaymentCancelled)).toMatchObject({ kept: null });
    expect(await harness.charges(orderId)).toEqual([
      { operation: 'authorize', outcome: 'done', amount: 2_400 },
      { operation: 'void', outcome: 'done', amount: 2_400 },
    ]);
  });

  it('is closed before the money is taken fails then, and what is held can be released', async () => {
    const orderId = await harness.held('tok_no_capture');
    await harness.receive(CapturePayment({ orderId, amount: null, bill: null }));
    expect(await harness.sends(orderId, PaymentCaptureFailed)).toMatchObject({
      reason: 'The card was closed meanwhile.',
    });
    await harness.cancel(orderId);
    expect(await harness.sends(orderId, PaymentCancelled)).toMatchObject({ voided: dinner, kept: null });
  });

  it('has a token which nobody here has sealed is declined', async () => {
    const orderId = harness.anOrder();
    await harness.receive({
      ...harness.commandToHold(orderId, 'tok_visa'),
      data: { ...harness.commandToHold(orderId, 'tok_visa').data, sealedToken: 'tok_visa' },
    });
    expect(await harness.sends(orderId, PaymentDeclined)).toMatchObject({
      reason: 'The payment token cannot be read.',
    });
    expect(await harness.charges(orderId)).toEqual([]);
  });

  it('is known to the provider is known to nobody else', async () => {
    const orderId = await harness.held('tok_visa');
    const tables = await harness.db.read<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'payment' and table_name <> 'provider_log'`,
    );
    for (const { name } of tables) {
      expect({ name, rows: await harness.db.read(`select from "${name}" r where r::text like '%tok\\_%'`) }).toEqual({
        name,
        rows: [],
      });
    }
    expect(await harness.db.read('select sealed_token as sealed from payments where order_id = $1', [orderId])).toEqual(
      [{ sealed: null }],
    );
  });

  it('leaves the books in order, after all of this', async () => {
    expect(await harness.wrongs()).toEqual({});
  });
});

describe('a provider that does not answer', () => {
  const harness = new PaymentHarness();

  beforeAll(() => harness.start());
  afterAll(() => harness.close());

  it('holds up nobody who pays by another card', async () => {
    const timedOut = await Promise.all(Array.from({ length: 300 }, () => harness.hold('tok_answer_lost')));
    await harness.held('tok_visa');
    expect(await harness.countSent(timedOut)).toBe(0);
    for (const orderId of timedOut) await eventually(async () => (await harness.charges(orderId)).length > 0);
    harness.giveUpWaiting();
    await eventually(async () => (await harness.countSent(timedOut, PaymentAuthorized)) === timedOut.length);
  });
});
