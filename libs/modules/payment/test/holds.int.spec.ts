import {
  AdjustPayment,
  CapturePayment,
  PaymentAdjusted,
  PaymentAdjustmentDeclined,
  PaymentCaptured,
  PaymentExpiring,
} from '@thali/contracts';
import { moveTime } from '@thali/kit/postgres/testing';
import { PaymentHarness, eventually } from '../testing/payment-harness';
import { dinner, euros } from '../testing/payments';

describe('a hold', () => {
  const harness = new PaymentHarness();
  const change = (orderId: string, amount: number, revision = 1) =>
    harness.receive(AdjustPayment({ orderId, revision, amount: euros(amount) }));
  const take = (orderId: string, amount: number) =>
    harness.receive(CapturePayment({ orderId, amount: euros(amount), bill: null }));

  beforeAll(() => harness.start());
  afterAll(() => harness.close());

  it('of a card that allows it is increased, and taken once', async () => {
    const orderId = await harness.held('tok_visa');
    await change(orderId, 3_100);
    expect(await harness.sends(orderId, PaymentAdjusted)).toEqual({ orderId, revision: 1, amount: euros(3_100) });
    await take(orderId, 3_100);
    await harness.sends(orderId, PaymentCaptured);
    expect(await harness.charges(orderId)).toEqual([
      { operation: 'authorize', outcome: 'done', amount: 2_400 },
      { operation: 'increase', outcome: 'done', amount: 3_100 },
      { operation: 'capture', outcome: 'done', amount: 3_100 },
    ]);
  });

  it('of a card that does not is joined by a second one for the difference, and both are taken', async () => {
    const orderId = await harness.held('tok_mastercard');
    await change(orderId, 3_100);
    await harness.sends(orderId, PaymentAdjusted);
    await take(orderId, 3_100);
    expect(await harness.sends(orderId, PaymentCaptured)).toEqual({ orderId, amount: euros(3_100) });
    expect(await harness.charges(orderId)).toEqual([
      { operation: 'authorize', outcome: 'done', amount: 2_400 },
      { operation: 'authorize', outcome: 'done', amount: 700 },
      { operation: 'capture', outcome: 'done', amount: 2_400 },
      { operation: 'capture', outcome: 'done', amount: 700 },
    ]);
    expect((await harness.payment(orderId)).holds).toMatchObject([{ captured: 2_400 }, { captured: 700 }]);
  });

  it.each([
    ['tok_no_increase', 'The card does not pay more.'],
    ['tok_no_second_hold', 'The card does not pay a second time.'],
  ])('stays when the card declines the increase (%s)', async (token, reason) => {
    const orderId = await harness.held(token);
    await change(orderId, 3_100);
    expect(await harness.sends(orderId, PaymentAdjustmentDeclined)).toEqual({ orderId, revision: 1, reason });
    await harness.atRest(orderId);
    expect(await harness.payment(orderId)).toMatchObject({ status: 'authorized', authorized: dinner.amount });
  });

  it('that is to be smaller stays, and less of it is taken', async () => {
    const orderId = await harness.held();
    await change(orderId, 1_900);
    await harness.sends(orderId, PaymentAdjusted);
    await harness.receive(CapturePayment({ orderId, amount: null, bill: null }));
    expect(await harness.sends(orderId, PaymentCaptured)).toEqual({ orderId, amount: euros(1_900) });
    expect(await harness.payment(orderId)).toMatchObject({ captured: 1_900, voided: 500 });
    expect(await harness.charges(orderId)).toHaveLength(2);
  });

  it('that ends soon is renewed before, and let go then', async () => {
    const orderId = await harness.held('tok_short_hold');
    await moveTime(harness.db, 60_000);
    await eventually(async () => (await harness.charges(orderId)).length === 3);
    await harness.atRest(orderId);
    expect(await harness.charges(orderId)).toEqual([
      { operation: 'authorize', outcome: 'done', amount: 2_400 },
      { operation: 'authorize', outcome: 'done', amount: 2_400 },
      { operation: 'void', outcome: 'done', amount: 2_400 },
    ]);
    await take(orderId, 2_400);
    expect(await harness.sends(orderId, PaymentCaptured)).toEqual({ orderId, amount: dinner });
  });

  it('that ends soon and cannot be renewed is told of, so that the order is stopped', async () => {
    const orderId = await harness.held('tok_expiring');
    await moveTime(harness.db, 60_000);
    expect(await harness.sends(orderId, PaymentExpiring)).toMatchObject({ reason: 'The card has expired.' });
    await harness.cancel(orderId);
    await eventually(async () => (await harness.payment(orderId)).status === 'cancelled');
  });

  it('leaves the books in order, after all of this', async () => {
    expect(await harness.wrongs()).toEqual({});
  });
});

describe('what the bank tells of besides', () => {
  const harness = new PaymentHarness();

  beforeAll(() => harness.start());
  afterAll(() => harness.close());

  it('a dispute, is a loss in the ledger, and none any more when it is won', async () => {
    const orderId = await harness.taken('tok_dispute');
    await harness.delivers(orderId);
    await eventually(async () => (await harness.balanceOf('losses')) === -2_400);
    const [dispute] = (await harness.payment(orderId)).disputes;
    expect(dispute).toMatchObject({ withdrawn: 2_400, status: 'needs_response' });
    await harness.bank.disputes.update(dispute!.disputeId, { evidence: { uncategorized_text: 'winning_evidence' } });
    await eventually(async () => (await harness.balanceOf('losses')) === 0);
    expect((await harness.payment(orderId)).disputes).toMatchObject([{ withdrawn: 0, status: 'won' }]);
  });

  it('a payout, is a transfer to our bank account, once however often it is told', async () => {
    await harness.taken();
    const before = await harness.balanceOf('provider');
    const payout = await harness.bank.payouts.create({ amount: 1_000, currency: 'eur' });
    await eventually(async () => (await harness.balanceOf('bank')) === -1_000);
    const again = {
      ...harness.anEvent('ord_none', { type: 'payout.paid' }),
      data: { object: { id: payout.id, object: 'payout' } },
    };
    expect((await harness.webhook(again)).status).toBe(204);
    await harness.atRest(payout.id);
    expect(await harness.balanceOf('bank')).toBe(-1_000);
    expect(await harness.balanceOf('provider')).toBe(before + 1_000);
  });

  it('leaves the books in order, after all of this', async () => {
    expect(await harness.wrongs()).toEqual({});
  });
});
