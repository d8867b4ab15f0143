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
import { wrongs } from '../testing/audit';
import { Hours } from '../testing/hours';
import { dinner, euros } from '../testing/payments';
import { Till, eventually } from '../testing/till';

describe('a cancellation', () => {
  let till: Till;

  beforeAll(async () => {
    // Who is in doubt stays so for a while: what happens then is for the test to say.
    till = await Till.open({ THALI_PAYMENT_ASK_AGAIN_AFTER_MS: '3600000' });
  });
  afterAll(() => till.close());

  it('releases what is held', async () => {
    const orderId = await till.held();
    await till.cancel(orderId);
    expect(await till.says(orderId, PaymentCancelled)).toEqual({ orderId, voided: dinner, refunded: null, kept: null });
    expect(await till.payment(orderId)).toMatchObject({ status: 'cancelled', voided: 2_400 });
  });

  it('gives back what was taken', async () => {
    const orderId = await till.taken();
    await till.cancel(orderId);
    expect(await till.says(orderId, PaymentCancelled)).toEqual({ orderId, voided: null, refunded: dinner, kept: null });
    expect(await till.balanceOf(`clearing:${orderId}`)).toBe(0);
  });

  it('keeps the fee, releases the rest, and shares the fee out', async () => {
    const orderId = await till.held();
    await till.cancel(orderId, euros(1_000));
    expect(await till.says(orderId, PaymentCancelled)).toEqual({
      orderId,
      voided: euros(1_400),
      refunded: null,
      kept: euros(1_000),
    });
    await till.atRest(orderId);
    const { transfers } = await till.payment(orderId);
    expect(transfers.map(({ postings }) => postings.map(({ amount }) => amount))).toEqual([
      [-1_000, 1_000],
      [-1_000, 150, 850],
    ]);
  });

  it('that comes first is answered at once, and the hold that is wished for later is never made', async () => {
    const orderId = till.anOrder();
    await till.cancel(orderId);
    await till.says(orderId, PaymentCancelled);
    await till.hold('tok_visa', dinner, orderId);
    await till.atRest(orderId);
    expect(await till.said(orderId)).toEqual(['payment.cancelled']);
    expect(await till.charges(orderId)).toEqual([]);
    expect((await till.ask('GET', `/payments/${orderId}`)).status).toBe(404);
  });

  it('in doubt finds the hold that was made, and releases it', async () => {
    const orderId = await till.doubted('tok_answer_lost');
    await till.cancel(orderId);
    expect(await till.says(orderId, PaymentCancelled)).toMatchObject({ voided: dinner });
    expect(await till.said(orderId)).toEqual(['payment.in-doubt', 'payment.cancelled']);
  });

  it('in doubt keeps a hold from being made that is still on its way', async () => {
    const orderId = await till.doubted('tok_late');
    await till.cancel(orderId);
    expect(await till.says(orderId, PaymentCancelled)).toMatchObject({ voided: null });
    till.lateAnswersCome();
    await eventually(async () => (await till.charges(orderId)).length === 2);
    expect(await till.charges(orderId)).toEqual([
      { operation: 'void', outcome: 'done', amount: 0 },
      { operation: 'authorize', outcome: 'refused', amount: 2_400 },
    ]);
  });

  it('is followed by a release when the provider comes up with a hold all the same, and said once', async () => {
    const orderId = await till.doubted('tok_late');
    await till.cancel(orderId);
    await till.says(orderId, PaymentCancelled);
    const key = `${orderId}/1/authorize`;
    const late = {
      eventId: `evt_${orderId}`,
      key,
      orderId,
      amount: dinner,
      outcome: 'done' as const,
      reference: 'psp_1',
      reason: null,
    };
    expect((await till.webhook(late)).status).toBe(204);
    await moveTime(till.db, Hours.ms);
    await till.atRest(orderId);
    expect((await till.charges(orderId)).filter(({ operation }) => operation === 'void')).toHaveLength(2);
    expect(await till.said(orderId)).toEqual(['payment.in-doubt', 'payment.cancelled']);
  });

  it('is answered again when it is asked for again', async () => {
    const orderId = await till.held();
    await till.cancel(orderId);
    await till.says(orderId, PaymentCancelled);
    await till.cancel(orderId);
    await eventually(async () => (await till.said(orderId)).length === 3);
    expect((await till.charges(orderId)).filter(({ operation }) => operation === 'void')).toHaveLength(1);
  });

  it('leaves the books in order, after all of this', async () => {
    expect(await wrongs(till.db)).toEqual({});
  });
});

describe('a cancellation that comes', () => {
  let till: Till;

  beforeAll(async () => {
    till = await Till.open();
  });
  afterAll(() => till.close());

  it('while the hold is being asked for ends with nothing held', async () => {
    const orders = Array.from({ length: 20 }, () => till.anOrder());
    await Promise.all(
      orders.map((orderId) => Promise.all([till.hold('tok_visa', dinner, orderId), till.cancel(orderId)])),
    );
    for (const orderId of orders) {
      await till.says(orderId, PaymentCancelled);
      await till.atRest(orderId);
      expect((await till.said(orderId)).filter((type) => type === 'payment.cancelled')).toHaveLength(1);
      const held = (await till.charges(orderId)).some(
        ({ operation, outcome }) => operation === 'authorize' && outcome === 'done',
      );
      const released = (await till.charges(orderId)).some(
        ({ operation, amount }) => operation === 'void' && amount === 2_400,
      );
      expect({ orderId, released }).toEqual({ orderId, released: held });
    }
  });

  it('while the money is being taken gives it back', async () => {
    const orderId = await till.held();
    await Promise.all([till.hear(CapturePayment({ orderId, amount: null })), till.cancel(orderId)]);
    await till.says(orderId, PaymentCancelled);
    await till.atRest(orderId);
    const { captured, refunded, authorized, voided } = await till.payment(orderId);
    expect({ taken: captured - refunded, held: authorized - captured - voided }).toEqual({ taken: 0, held: 0 });
  });

  it('leaves the books in order, after all of this', async () => {
    expect(await wrongs(till.db)).toEqual({});
  });
});

describe('a process that dies after the provider has acted and before it could write that down', () => {
  let till: Till;

  beforeAll(async () => {
    till = await Till.open();
  });
  afterAll(() => till.close());

  /** The outer half of the handler, as far as it gets before the process dies. */
  const diesAfterHolding = (message: Message<DataOf<typeof AuthorizePayment>>) =>
    till.get(AuthorizePaymentHandler).handle(message.data, message);

  it('holds the money once, when the message comes again', async () => {
    const orderId = till.anOrder();
    const wish = till.wishToHold(orderId, 'tok_visa');
    await diesAfterHolding(till.message(wish));
    expect(await till.said(orderId)).toEqual([]);
    await till.hear(wish);
    await till.says(orderId, PaymentAuthorized);
    expect(await till.charges(orderId)).toEqual([{ operation: 'authorize', outcome: 'done', amount: 2_400 }]);
  });

  it('releases what it had held, when only the cancellation comes', async () => {
    const orderId = till.anOrder();
    await diesAfterHolding(till.message(till.wishToHold(orderId, 'tok_visa')));
    await till.cancel(orderId);
    expect(await till.says(orderId, PaymentCancelled)).toMatchObject({ voided: dinner });
  });

  it('carries on with a cancellation where it was', async () => {
    const orderId = await till.held();
    const cancel = CancelPayment({ orderId, keep: euros(1_000), reason: 'test' });
    const message = till.message(cancel);
    await till.get(CancelPaymentHandler).handle(message.data, message);
    await till.hear(cancel);
    expect(await till.says(orderId, PaymentCancelled)).toMatchObject({ voided: euros(1_400), kept: euros(1_000) });
    await till.atRest(orderId);
    expect((await till.charges(orderId)).filter(({ operation }) => operation === 'capture')).toHaveLength(1);
  });

  it('leaves the books in order, after all of this', async () => {
    expect(await wrongs(till.db)).toEqual({});
  });
});
