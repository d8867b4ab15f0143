import { AdjustPayment, PaymentAdjusted, PaymentAdjustmentDeclined, PaymentRefunded } from '@thali/contracts';
import { bill, courierId, dinner, euros, restaurantId } from '../testing/payments';
import { PaymentHarness } from '../testing/payment-harness';

describe('money that was taken', () => {
  const harness = new PaymentHarness();

  beforeAll(() => harness.start());
  afterAll(() => harness.close());

  it('is given back in part, then altogether, and then no more', async () => {
    const orderId = await harness.taken();
    const part = await harness.refund(orderId, { amount: euros(400), reason: 'The naan was missing.' });
    expect(part).toMatchObject({ status: 202, body: { orderId, amount: euros(400), status: 'requested' } });
    expect(await harness.sends(orderId, PaymentRefunded)).toMatchObject({
      refundId: part.body.refundId,
      amount: euros(400),
    });
    expect((await harness.refund(orderId, {})).body).toMatchObject({ amount: euros(2_000) });
    await harness.atRest(orderId);
    expect(await harness.payment(orderId)).toMatchObject({ captured: 2_400, refunded: 2_400 });
    expect(await harness.refund(orderId, { amount: euros(1) })).toMatchObject({
      status: 409,
      body: { code: 'payment.refund-exceeds-captured' },
    });
  });

  it('is given back by the line, at the price that was paid, at the cost of the party whose fault it was', async () => {
    const orderId = await harness.taken('tok_visa', bill);
    await harness.delivers(orderId);
    await harness.atRest(orderId);
    const before = await harness.balanceOf(`restaurant:${restaurantId}`);
    const lines = [{ itemId: 'dosa', quantity: 1 }];
    const refund = await harness.refund(orderId, { lines, fault: 'restaurant' });
    expect(refund).toMatchObject({ status: 202, body: { amount: euros(1_070), fault: 'restaurant' } });
    await harness.atRest(orderId);
    expect(await harness.balanceOf(`restaurant:${restaurantId}`)).toBe(before - 1_070);
    expect(await harness.refund(orderId, { lines: [{ itemId: 'dosa', quantity: 2 }] })).toMatchObject({
      status: 409,
      body: { code: 'payment.line-refunded' },
    });
    expect(await harness.refund(orderId, { lines, amount: euros(1) })).toMatchObject({ status: 400 });
  });

  it('is given back once per Idempotency-Key, in whatever order its fields stand', async () => {
    const orderId = await harness.taken();
    const [first, again] = [
      await harness.refund(orderId, { amount: euros(400), reason: 'naan' }, 'naan'),
      await harness.refund(orderId, { reason: 'naan', amount: { currency: 'EUR', amount: 400 } }, 'naan'),
    ];
    expect([again.status, again.body]).toEqual([first.status, first.body]);
    await harness.atRest(orderId);
    expect(await harness.payment(orderId)).toMatchObject({ refunded: 400 });
    const withoutKey = await fetch(`${await harness.url}/payments/${orderId}/refunds`, { method: 'POST' });
    expect(withoutKey.status).toBe(400);
  });

  it('is not given back of a payment that was called off before anybody asked for it', async () => {
    const orderId = harness.anOrder();
    await harness.cancel(orderId);
    await harness.atRest(orderId);
    expect(await harness.refund(orderId, { amount: euros(1) })).toMatchObject({
      status: 404,
      body: { code: 'payment.not-found' },
    });
  });

  it('is never given back twice, however many ask at once', async () => {
    const orderId = await harness.taken();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => harness.refund(orderId, { amount: euros(1_000) })),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(2);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(6);
    await harness.atRest(orderId);
    expect(await harness.payment(orderId)).toMatchObject({ refunded: 2_000 });
  });

  it('can be given back later when the provider could not do it now', async () => {
    const orderId = await harness.taken('tok_no_refund');
    await harness.refund(orderId, {});
    await harness.atRest(orderId);
    expect(await harness.payment(orderId)).toMatchObject({ refunded: 0, refunds: [{ status: 'failed' }] });
    expect((await harness.refund(orderId, {})).status).toBe(202);
  });

  it('is taken back from us, when it was the fault of none', async () => {
    const orderId = await harness.taken();
    const shares = () =>
      Promise.all(
        [`restaurant:${restaurantId}`, `courier:${courierId}`, 'fees'].map((account) => harness.balanceOf(account)),
      );
    const before = await shares();
    await harness.delivers(orderId);
    await harness.atRest(orderId);
    await harness.refund(orderId, { amount: euros(1_000) });
    await harness.atRest(orderId);
    const gained = (await shares()).map((balance, nth) => balance - before[nth]!);
    expect(gained).toEqual([1_752, 288, -640]);
  });

  it.each([
    ['of an order without a payment', 404, 'payment.not-found', {}],
    ['of nothing', 400, 'request.invalid', { amount: euros(0) }],
    ['of half a cent', 400, 'request.invalid', { amount: { amount: 0.5, currency: 'EUR' } }],
  ])('is not given back %s', async (_, status, code, body) => {
    expect(await harness.refund(harness.anOrder(), body)).toMatchObject({ status, body: { code } });
  });

  it('is not given back in another currency', async () => {
    const orderId = await harness.taken();
    const answer = await harness.refund(orderId, { amount: { amount: 100, currency: 'INR' } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'payment.other-currency' } });
  });

  it('before it was taken cannot be given back', async () => {
    const orderId = await harness.held();
    expect(await harness.refund(orderId, {})).toMatchObject({
      status: 409,
      body: { code: 'payment.refund-exceeds-captured' },
    });
  });

  it('leaves the books in order, after all of this', async () => {
    expect(await harness.wrongs()).toEqual({});
  });
});

describe('a hold', () => {
  const harness = new PaymentHarness();

  beforeAll(() => harness.start());
  afterAll(() => harness.close());

  it('is changed when the order is revised, and the change is what is held', async () => {
    const orderId = await harness.held();
    await harness.receive(AdjustPayment({ orderId, revision: 1, amount: euros(3_100) }));
    expect(await harness.sends(orderId, PaymentAdjusted)).toEqual({ orderId, revision: 1, amount: euros(3_100) });
    expect(await harness.payment(orderId)).toMatchObject({ status: 'authorized', authorized: 3_100 });
  });

  it('stays when the card cannot pay the new amount', async () => {
    const orderId = await harness.held();
    await harness.receive(AdjustPayment({ orderId, revision: 1, amount: euros(10_000_001) }));
    expect(await harness.sends(orderId, PaymentAdjustmentDeclined)).toMatchObject({
      revision: 1,
      reason: 'The card does not pay that much.',
    });
    expect(await harness.payment(orderId)).toMatchObject({ authorized: dinner.amount });
  });
});
