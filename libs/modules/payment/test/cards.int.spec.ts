import {
  CapturePayment,
  PaymentAuthorized,
  PaymentCaptureFailed,
  PaymentCancelled,
  PaymentDeclined,
} from '@thali/contracts';
import { wrongs } from '../testing/audit';
import { dinner } from '../testing/payments';
import { Till, eventually } from '../testing/till';

describe('a card that', () => {
  let till: Till;

  beforeAll(async () => {
    till = await Till.open();
  });
  afterAll(() => till.close());

  it('works is charged once, and the money is shared out when the meal was brought', async () => {
    const orderId = await till.taken('tok_visa');
    await till.bring(orderId);
    await till.atRest(orderId);
    expect(await till.said(orderId)).toEqual(['payment.authorized', 'payment.captured']);
    expect(await till.charges(orderId)).toEqual([
      { operation: 'authorize', outcome: 'done', amount: 2_400 },
      { operation: 'capture', outcome: 'done', amount: 2_400 },
    ]);
    const { status, captured, transfers } = await till.payment(orderId);
    expect({ status, captured }).toEqual({ status: 'captured', captured: 2_400 });
    expect(transfers.map(({ postings }) => postings.map(({ amount }) => amount))).toEqual([
      [-2_400, 2_400],
      [-2_400, 288, 360, 1_752],
    ]);
  });

  it('is declined holds nothing', async () => {
    const orderId = await till.hold('tok_declined');
    expect(await till.says(orderId, PaymentDeclined)).toEqual({ orderId, reason: 'The card was declined.' });
    await till.atRest(orderId);
    expect(await till.payment(orderId)).toMatchObject({ status: 'declined', authorized: 0 });
  });

  it('does not exist is declined', async () => {
    const orderId = await till.hold('tok_of_nobody');
    expect(await till.says(orderId, PaymentDeclined)).toEqual({ orderId, reason: 'There is no such card.' });
  });

  it('cannot pay that much is declined', async () => {
    const orderId = await till.hold('tok_visa', { amount: 10_000_001, currency: 'EUR' });
    expect(await till.says(orderId, PaymentDeclined)).toEqual({ orderId, reason: 'The card does not pay that much.' });
  });

  it('loses its answer is in doubt, is looked up, and turns out to be held: once', async () => {
    const orderId = await till.doubted('tok_answer_lost');
    await till.says(orderId, PaymentAuthorized);
    await till.atRest(orderId);
    expect(await till.said(orderId)).toEqual(['payment.in-doubt', 'payment.authorized']);
    expect(await till.charges(orderId)).toEqual([{ operation: 'authorize', outcome: 'done', amount: 2_400 }]);
  });

  it('answers late is in doubt meanwhile, and held once', async () => {
    const orderId = await till.doubted('tok_late');
    till.lateAnswersCome();
    await till.says(orderId, PaymentAuthorized);
    await till.atRest(orderId);
    expect(await till.said(orderId)).toEqual(['payment.in-doubt', 'payment.authorized']);
    expect(await till.charges(orderId)).toEqual([{ operation: 'authorize', outcome: 'done', amount: 2_400 }]);
  });

  it('answers twice is held once, and that is said once', async () => {
    const orderId = await till.held('tok_twice');
    await eventually(async () => (await till.db.read('select from webhook_events')).length > 0);
    await till.atRest(orderId);
    expect(await till.said(orderId)).toEqual(['payment.authorized']);
    expect(await till.charges(orderId)).toHaveLength(1);
  });

  it('is never heard of stays in doubt until the order is cancelled', async () => {
    const orderId = await till.doubted('tok_lost');
    await till.cancel(orderId);
    expect(await till.says(orderId, PaymentCancelled)).toEqual({ orderId, voided: null, refunded: null, kept: null });
    await till.atRest(orderId, { giveUp: true });
    expect(await till.charges(orderId)).toEqual([{ operation: 'void', outcome: 'done', amount: 0 }]);
  });

  it('never answers, not even when asked, is released when the order is cancelled: it may have been held', async () => {
    const orderId = await till.doubted('tok_no_answer');
    await till.cancel(orderId);
    expect(await till.says(orderId, PaymentCancelled)).toMatchObject({ kept: null });
    await till.atRest(orderId, { giveUp: true });
    expect(await till.charges(orderId)).toEqual([
      { operation: 'authorize', outcome: 'done', amount: 2_400 },
      { operation: 'void', outcome: 'done', amount: 2_400 },
    ]);
  });

  it('is closed before the money is taken fails then, and what is held can be released', async () => {
    const orderId = await till.held('tok_no_capture');
    await till.hear(CapturePayment({ orderId, amount: null }));
    expect(await till.says(orderId, PaymentCaptureFailed)).toMatchObject({ reason: 'The card was closed meanwhile.' });
    await till.cancel(orderId);
    expect(await till.says(orderId, PaymentCancelled)).toMatchObject({ voided: dinner, kept: null });
  });

  it('has a token which nobody here has sealed is declined', async () => {
    const orderId = till.anOrder();
    await till.hear({
      ...till.wishToHold(orderId, 'tok_visa'),
      data: { ...till.wishToHold(orderId, 'tok_visa').data, sealedToken: 'tok_visa' },
    });
    expect(await till.says(orderId, PaymentDeclined)).toMatchObject({ reason: 'The payment token cannot be read.' });
    expect(await till.charges(orderId)).toEqual([]);
  });

  it('is known to the provider is known to nobody else', async () => {
    const orderId = await till.held('tok_visa');
    const tables = await till.db.read<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'payment' and table_name <> 'provider_log'`,
    );
    for (const { name } of tables) {
      expect({ name, rows: await till.db.read(`select from "${name}" r where r::text like '%tok\\_%'`) }).toEqual({
        name,
        rows: [],
      });
    }
    expect(await till.db.read('select sealed_token as sealed from payments where order_id = $1', [orderId])).toEqual([
      { sealed: null },
    ]);
  });

  it('leaves the books in order, after all of this', async () => {
    expect(await wrongs(till.db)).toEqual({});
  });
});

describe('a provider that does not answer', () => {
  let till: Till;

  beforeAll(async () => (till = await Till.open()));
  afterAll(() => till.close());

  it('holds up nobody who pays by another card', async () => {
    const silent = await Promise.all(Array.from({ length: 300 }, () => till.hold('tok_answer_lost')));
    await till.held('tok_visa');
    expect(await Promise.all(silent.map((orderId) => till.said(orderId)))).toEqual(silent.map(() => []));
    for (const orderId of silent) await eventually(async () => (await till.charges(orderId)).length > 0);
    till.giveUpWaiting();
    await Promise.all(silent.map((orderId) => till.says(orderId, PaymentAuthorized)));
  });
});
