import {
  CancelPayment,
  CapturePayment,
  PaymentAuthorized,
  PaymentCancelled,
  type AuthorizePayment,
} from '@thali/contracts';
import type { DataOf, Message } from '@thali/kit/core';
import { AuthorizePaymentHandler } from '../src/authorize-payment';
import { CancelPaymentHandler } from '../src/cancel-payment';
import { moveTime } from '@thali/kit/postgres/testing';
import { Hours } from '../testing/hours';
import { dinner, euros } from '../testing/payments';
import { PaymentHarness, eventually } from '../testing/payment-harness';

describe('a cancellation', () => {
  const harness = new PaymentHarness();

  beforeAll(async () => {
    // Who is in doubt stays so for a while: what happens then is for the test to say.
    await harness.start({ THALI_PAYMENT_ASK_AGAIN_AFTER_MS: '3600000' });
  });
  afterAll(() => harness.close());

  it('releases what is held', async () => {
    const orderId = await harness.held();
    await harness.cancel(orderId);
    expect(await harness.sends(orderId, PaymentCancelled)).toEqual({
      orderId,
      voided: dinner,
      refunded: null,
      kept: null,
    });
    expect(await harness.payment(orderId)).toMatchObject({ status: 'cancelled', voided: 2_400 });
  });

  it('gives back what was taken', async () => {
    const orderId = await harness.taken();
    await harness.cancel(orderId);
    expect(await harness.sends(orderId, PaymentCancelled)).toEqual({
      orderId,
      voided: null,
      refunded: dinner,
      kept: null,
    });
    expect(await harness.balanceOf(`clearing:${orderId}`)).toBe(0);
  });

  it('keeps the fee, releases the rest, and shares the fee out', async () => {
    const orderId = await harness.held();
    await harness.cancel(orderId, euros(1_000));
    expect(await harness.sends(orderId, PaymentCancelled)).toEqual({
      orderId,
      voided: euros(1_400),
      refunded: null,
      kept: euros(1_000),
    });
    await harness.atRest(orderId);
    const { transfers } = await harness.payment(orderId);
    expect(transfers.map(({ postings }) => postings.map(({ amount }) => amount))).toEqual([
      [-1_000, 1_000],
      [-1_000, 150, 850],
    ]);
  });

  it('that comes first is answered at once, and the hold that is wished for later is never made', async () => {
    const orderId = harness.anOrder();
    await harness.cancel(orderId);
    await harness.sends(orderId, PaymentCancelled);
    await harness.hold('tok_visa', dinner, orderId);
    await harness.atRest(orderId);
    expect(await harness.sent(orderId)).toEqual(['payment.cancelled']);
    expect(await harness.charges(orderId)).toEqual([]);
    expect((await harness.get(`/payments/${orderId}`)).status).toBe(404);
  });

  it('in doubt finds the hold that was made, and releases it', async () => {
    const orderId = await harness.doubted('tok_answer_lost');
    await harness.cancel(orderId);
    expect(await harness.sends(orderId, PaymentCancelled)).toMatchObject({ voided: dinner });
    expect(await harness.sent(orderId)).toEqual(['payment.in-doubt', 'payment.cancelled']);
  });

  it('in doubt keeps a hold from being made that is still on its way', async () => {
    const orderId = await harness.doubted('tok_late');
    await harness.cancel(orderId);
    expect(await harness.sends(orderId, PaymentCancelled)).toMatchObject({ voided: null });
    harness.lateAnswersCome();
    await eventually(async () => (await harness.charges(orderId)).length === 2);
    expect(await harness.charges(orderId)).toEqual([
      { operation: 'void', outcome: 'done', amount: 0 },
      { operation: 'authorize', outcome: 'refused', amount: 2_400 },
    ]);
  });

  it('is followed by a release when the provider comes up with a hold all the same, and said once', async () => {
    const orderId = await harness.doubted('tok_late');
    await harness.cancel(orderId);
    await harness.sends(orderId, PaymentCancelled);
    expect((await harness.webhook(harness.anEvent(orderId))).status).toBe(204);
    await moveTime(harness.db, Hours.ms);
    await harness.atRest(orderId);
    expect((await harness.charges(orderId)).filter(({ operation }) => operation === 'void')).toHaveLength(2);
    expect(await harness.sent(orderId)).toEqual(['payment.in-doubt', 'payment.cancelled']);
  });

  it('is answered again when it is asked for again', async () => {
    const orderId = await harness.held();
    await harness.cancel(orderId);
    await harness.sends(orderId, PaymentCancelled);
    await harness.cancel(orderId);
    await eventually(async () => (await harness.sent(orderId)).length === 3);
    expect((await harness.charges(orderId)).filter(({ operation }) => operation === 'void')).toHaveLength(1);
  });

  it('leaves the books in order, after all of this', async () => {
    expect(await harness.wrongs()).toEqual({});
  });
});

describe('a cancellation that comes', () => {
  const harness = new PaymentHarness();

  beforeAll(() => harness.start());
  afterAll(() => harness.close());

  it('while the hold is being asked for ends with nothing held', async () => {
    const orders = Array.from({ length: 20 }, () => harness.anOrder());
    await Promise.all(
      orders.map((orderId) => Promise.all([harness.hold('tok_visa', dinner, orderId), harness.cancel(orderId)])),
    );
    for (const orderId of orders) {
      await harness.sends(orderId, PaymentCancelled);
      await harness.atRest(orderId);
      expect((await harness.sent(orderId)).filter((type) => type === 'payment.cancelled')).toHaveLength(1);
      const held = (await harness.charges(orderId)).some(
        ({ operation, outcome }) => operation === 'authorize' && outcome === 'done',
      );
      const released = (await harness.charges(orderId)).some(
        ({ operation, amount }) => operation === 'void' && amount === 2_400,
      );
      expect({ orderId, released }).toEqual({ orderId, released: held });
    }
  });

  it('while the money is being taken gives it back', async () => {
    const orderId = await harness.held();
    await Promise.all([
      harness.receive(CapturePayment({ orderId, amount: null, bill: null })),
      harness.cancel(orderId),
    ]);
    await harness.sends(orderId, PaymentCancelled);
    await harness.atRest(orderId);
    const { captured, refunded, authorized, voided } = await harness.payment(orderId);
    expect({ taken: captured - refunded, held: authorized - captured - voided }).toEqual({ taken: 0, held: 0 });
  });

  it('leaves the books in order, after all of this', async () => {
    expect(await harness.wrongs()).toEqual({});
  });
});

describe('a process that dies after the provider has acted and before it could write that down', () => {
  const harness = new PaymentHarness();

  beforeAll(() => harness.start());
  afterAll(() => harness.close());

  /** The outer half of the handler, as far as it gets before the process dies. */
  const diesAfterHolding = (message: Message<DataOf<typeof AuthorizePayment>>) =>
    harness.provider(AuthorizePaymentHandler).handle(message.data, message);

  it('holds the money once, when the message comes again', async () => {
    const orderId = harness.anOrder();
    const command = harness.commandToHold(orderId, 'tok_visa');
    await diesAfterHolding(harness.message(command));
    expect(await harness.sent(orderId)).toEqual([]);
    await harness.receive(command);
    await harness.sends(orderId, PaymentAuthorized);
    expect(await harness.charges(orderId)).toEqual([{ operation: 'authorize', outcome: 'done', amount: 2_400 }]);
  });

  it('releases what it had held, when only the cancellation comes', async () => {
    const orderId = harness.anOrder();
    await diesAfterHolding(harness.message(harness.commandToHold(orderId, 'tok_visa')));
    await harness.cancel(orderId);
    expect(await harness.sends(orderId, PaymentCancelled)).toMatchObject({ voided: dinner });
  });

  it('carries on with a cancellation where it was', async () => {
    const orderId = await harness.held();
    const cancel = CancelPayment({ orderId, keep: euros(1_000), reason: 'test' });
    const message = harness.message(cancel);
    await harness.provider(CancelPaymentHandler).handle(message.data, message);
    await harness.receive(cancel);
    expect(await harness.sends(orderId, PaymentCancelled)).toMatchObject({ voided: euros(1_400), kept: euros(1_000) });
    await harness.atRest(orderId);
    expect((await harness.charges(orderId)).filter(({ operation }) => operation === 'capture')).toHaveLength(1);
  });

  it('leaves the books in order, after all of this', async () => {
    expect(await harness.wrongs()).toEqual({});
  });
});
