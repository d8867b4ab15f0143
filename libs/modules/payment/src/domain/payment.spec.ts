import {
  aPaymentThatWas,
  dinner,
  done,
  doneOnce,
  euros,
  granted,
  neverHeardOf,
  orderId,
  refused,
  released,
  seen,
  timedOut,
  toBeCancelled,
  toBeCancelledKeeping,
  toBeChangedTo,
  toBeHeld,
  toBeTaken,
  toBeTakenInPart,
} from '../../testing/payments';
import { apply } from './responses';
import { heldOf, keyOf, totalsOf, type Call, type Decision } from './payment';
import { capturePayment, renewHold } from './commands';

const said = ({ outgoing }: Decision) => outgoing.map(({ type }) => type);
const calls = ({ payment }: Decision) => payment.call && [payment.call.kind, payment.call.amount];

describe('a hold', () => {
  it('is asked of the provider and announced when the provider grants it', () => {
    expect(calls(toBeHeld(aPaymentThatWas()))).toEqual(['authorize', 2_400]);
    const held = done(aPaymentThatWas(toBeHeld));
    expect(held.outgoing).toEqual([
      expect.objectContaining({
        type: 'payment.authorized',
        data: expect.objectContaining({ orderId, amount: dinner }),
      }),
    ]);
    expect(seen(held.payment)).toMatchObject({ status: 'authorized', authorized: 2_400, captured: 0, call: null });
  });

  it('is declined in the provider’s words', () => {
    const declined = refused(aPaymentThatWas(toBeHeld));
    expect(declined.outgoing).toEqual([
      expect.objectContaining({ type: 'payment.declined', data: { orderId, reason: 'No.' } }),
    ]);
    expect(seen(declined.payment)).toMatchObject({ status: 'declined', authorized: 0 });
  });

  it('forgets the card as soon as the provider has answered', () => {
    expect(aPaymentThatWas(toBeHeld, timedOut).sealedToken).toBe('sealed');
    expect(aPaymentThatWas(toBeHeld, done).sealedToken).toBeNull();
    expect(aPaymentThatWas(toBeHeld, refused).sealedToken).toBeNull();
  });

  it('is asked for once, however often the command is heard', () => {
    const payment = aPaymentThatWas(toBeHeld, done);
    expect(toBeHeld(payment)).toEqual({ payment, outgoing: [], transfers: [] });
  });

  it('is in doubt when no answer comes, outgoing so once, and is asked for again with the same key', () => {
    const payment = aPaymentThatWas(toBeHeld);
    const doubt = timedOut(payment);
    expect(said(doubt)).toEqual(['payment.in-doubt']);
    expect(doubt.payment).toMatchObject({ status: 'in-doubt', call: { unanswered: 1 } });
    expect(keyOf(doubt.payment, doubt.payment.call!)).toBe(keyOf(payment, payment.call!));
    const stillInDoubt = timedOut(aPaymentThatWas(toBeHeld, timedOut));
    expect(said(stillInDoubt)).toEqual([]);
    expect(stillInDoubt.payment.call?.unanswered).toBe(2);
  });

  it('counts one silence once, though two were waiting for the answer', () => {
    const payment = aPaymentThatWas(toBeHeld);
    const doubtful = aPaymentThatWas(toBeHeld, timedOut);
    expect(apply(doubtful, payment.call!, { outcome: 'timeout' }).payment).toBe(doubtful);
  });

  it('leaves doubt by the answer, and is announced then', () => {
    expect(said(done(aPaymentThatWas(toBeHeld, timedOut, timedOut)))).toEqual(['payment.authorized']);
    expect(said(refused(aPaymentThatWas(toBeHeld, timedOut)))).toEqual(['payment.declined']);
  });

  it('is announced once, though the provider answers twice', () => {
    const { call } = aPaymentThatWas(toBeHeld);
    const payment = aPaymentThatWas(toBeHeld, done);
    expect(apply(payment, call!, { outcome: 'done', amount: 2_400, granted })).toEqual({
      payment,
      outgoing: [],
      transfers: [],
    });
  });

  it('can be changed, and then the new amount is what is taken', () => {
    const changed = done(aPaymentThatWas(toBeHeld, done, toBeChangedTo(3_000)));
    expect(changed.outgoing).toEqual([
      expect.objectContaining({ type: 'payment.adjusted', data: { orderId, revision: 1, amount: euros(3_000) } }),
    ]);
    expect(calls(toBeTaken(changed.payment))).toEqual(['capture', 3_000]);
  });

  it('stays as it is when the provider does not grant the change', () => {
    const unchanged = refused(aPaymentThatWas(toBeHeld, done, toBeChangedTo(3_000)));
    expect(said(unchanged)).toEqual(['payment.adjustment-declined']);
    expect(seen(unchanged.payment)).toMatchObject({ status: 'authorized', authorized: 2_400 });
  });

  it('can be changed back before the provider has answered: the last word counts, whatever the answer is', () => {
    const changing = aPaymentThatWas(toBeHeld, done, toBeChangedTo(3_000, 1), toBeChangedTo(2_400, 2));
    for (const answer of [done, refused]) {
      const changedBack = answer(changing);
      expect(changedBack.outgoing).toEqual([
        expect.objectContaining({ type: 'payment.adjusted', data: { orderId, revision: 2, amount: dinner } }),
      ]);
      expect(changedBack.payment).toMatchObject({ agreed: 2_400, adjustment: null, call: null });
    }
  });

  it('cannot be changed when it was cancelled, and whoever tries learns that', () => {
    expect(said(toBeChangedTo(3_000)(aPaymentThatWas(toBeHeld, refused, toBeCancelled)))).toEqual([
      'payment.cancelled',
    ]);
  });

  it('cannot be changed when it is no more', () => {
    expect(said(toBeChangedTo(3_000)(aPaymentThatWas(toBeHeld, done, toBeTaken, done)))).toEqual([
      'payment.adjustment-declined',
    ]);
  });
});

describe('a hold that is to be greater', () => {
  it('is increased, where the card allows that, by what is missing', () => {
    const changing = aPaymentThatWas(toBeHeld, done, toBeChangedTo(3_000));
    expect(changing.call).toMatchObject({ kind: 'increase', hold: 1, amount: 3_000 });
  });

  it('is joined by a second one for the difference, where the card does not, and both are taken', () => {
    const changing = aPaymentThatWas(toBeHeld, doneOnce, toBeChangedTo(3_000));
    expect(changing.call).toMatchObject({ kind: 'authorize', hold: 2, amount: 600 });
    const changed = done(changing);
    expect(said(changed)).toEqual(['payment.adjusted']);
    expect(heldOf(changed.payment)).toBe(3_000);
    const first = toBeTaken(changed.payment);
    expect(calls(first)).toEqual(['capture', 2_400]);
    const second = done(first.payment);
    expect([said(second), calls(second)]).toEqual([[], ['capture', 600]]);
    const taken = done(second.payment);
    expect(taken.outgoing).toEqual([
      expect.objectContaining({ type: 'payment.captured', data: { orderId, amount: euros(3_000) } }),
    ]);
  });

  it('stays as it is when neither is granted', () => {
    const unchanged = refused(aPaymentThatWas(toBeHeld, doneOnce, toBeChangedTo(3_000)));
    expect(said(unchanged)).toEqual(['payment.adjustment-declined']);
    expect(heldOf(unchanged.payment)).toBe(2_400);
  });

  it('and of which less is due in the end, is taken in part, and the second one released', () => {
    const both = aPaymentThatWas(toBeHeld, doneOnce, toBeChangedTo(3_000), doneOnce, toBeTakenInPart(2_000), done);
    expect(both.call).toMatchObject({ kind: 'void', hold: 2 });
    expect(totalsOf(released(600)(both).payment)).toEqual({
      authorized: 3_000,
      captured: 2_000,
      voided: 1_000,
      refunded: 0,
    });
  });

  it('in doubt about the second one is released altogether when it is cancelled', () => {
    const doubtful = aPaymentThatWas(toBeHeld, doneOnce, toBeChangedTo(3_000), timedOut, toBeCancelled);
    const releasing = neverHeardOf(doubtful);
    expect(calls(releasing)).toEqual(['void', 0]);
    const other = released(2_400)(releasing.payment);
    expect(calls(other)).toEqual(['void', 0]);
    expect(said(released(0)(other.payment))).toEqual(['payment.cancelled']);
  });
});

describe('a hold that is to be smaller', () => {
  it('stays: less of it is taken', () => {
    const changed = toBeChangedTo(2_000)(aPaymentThatWas(toBeHeld, done));
    expect([said(changed), calls(changed)]).toEqual([['payment.adjusted'], null]);
    expect(calls(toBeTaken(changed.payment))).toEqual(['capture', 2_000]);
  });
});

describe('a hold that ends soon', () => {
  it('is renewed by another one, and released when that is granted', () => {
    const renewing = aPaymentThatWas(toBeHeld, done, renewHold);
    expect(renewing.call).toMatchObject({ kind: 'authorize', hold: 2, amount: 2_400 });
    const renewed = done(renewing);
    expect([said(renewed), calls(renewed)]).toEqual([[], ['void', 0]]);
    expect(renewed.payment.call).toMatchObject({ hold: 1 });
    expect(calls(toBeTaken(released(2_400)(renewed.payment).payment))).toEqual(['capture', 2_400]);
  });

  it('and cannot be renewed is told of, once', () => {
    const ending = refused(aPaymentThatWas(toBeHeld, done, renewHold));
    expect(ending.outgoing).toEqual([
      expect.objectContaining({
        type: 'payment.expiring',
        data: { orderId, expiresAt: granted.captureBefore, reason: 'No.' },
      }),
    ]);
    expect(ending.payment).toMatchObject({ status: 'authorized', call: null, renewing: null });
  });

  it('is not renewed when the money was taken or given back', () => {
    for (const over of [
      aPaymentThatWas(toBeHeld, done, toBeTaken, done),
      aPaymentThatWas(toBeHeld, done, toBeCancelled),
    ])
      expect(renewHold(over).payment).toBe(over);
  });

  it('is taken where it was renewed, and not where it ends', () => {
    const taking = aPaymentThatWas(toBeHeld, done, renewHold, toBeTaken, done);
    expect(taking.call).toMatchObject({ kind: 'void', hold: 1 });
    expect(released(2_400)(taking).payment.call).toMatchObject({ kind: 'capture', hold: 2, amount: 2_400 });
  });
});

describe('taking the money', () => {
  it('takes all that is held, once', () => {
    const payment = aPaymentThatWas(toBeHeld, done, toBeTaken);
    expect(payment.call).toMatchObject({ kind: 'capture', amount: 2_400 });
    expect(toBeTaken(payment).payment).toBe(payment);
    const taken = done(payment);
    expect(said(taken)).toEqual(['payment.captured']);
    expect(seen(taken.payment)).toMatchObject({ status: 'captured', captured: 2_400, call: null });
    expect(toBeTaken(taken.payment).payment).toBe(taken.payment);
    expect(said(toBeTaken(taken.payment))).toEqual(['payment.captured']);
  });

  it('takes what is due, and releases what was held beyond it', () => {
    const payment = aPaymentThatWas(toBeHeld, done, toBeChangedTo(3_000), done, toBeTakenInPart(2_400));
    expect(payment.call).toMatchObject({ kind: 'capture', amount: 2_400 });
    const taken = done(payment);
    expect(taken.outgoing).toEqual([
      expect.objectContaining({ type: 'payment.captured', data: { orderId, amount: dinner } }),
    ]);
    expect(seen(taken.payment)).toMatchObject({ status: 'captured', captured: 2_400, voided: 600, call: null });
  });

  it('takes what is due when a change is still being asked for', () => {
    const payment = aPaymentThatWas(toBeHeld, done, toBeChangedTo(3_000), toBeTakenInPart(2_400));
    expect([done, refused].map((answer) => calls(answer(payment)))).toEqual([
      ['capture', 2_400],
      ['capture', 2_400],
    ]);
  });

  it('keeps trying in doubt: only a refusal is a failure', () => {
    expect(said(timedOut(aPaymentThatWas(toBeHeld, done, toBeTaken)))).toEqual([]);
    expect(said(refused(aPaymentThatWas(toBeHeld, done, toBeTaken, timedOut)))).toEqual(['payment.capture-failed']);
  });

  it('is not taken in another currency than it is held in', () => {
    const inYen = capturePayment(aPaymentThatWas(toBeHeld, done), {
      amount: { amount: 900, currency: 'JPY' },
      bill: null,
    });
    expect([said(inYen), inYen.payment.status]).toEqual([['payment.capture-failed'], 'authorized']);
  });

  it('fails when nothing is held', () => {
    expect(said(toBeTaken(aPaymentThatWas()))).toEqual(['payment.capture-failed']);
    expect(said(toBeTaken(aPaymentThatWas(toBeHeld, refused)))).toEqual(['payment.capture-failed']);
  });
});

describe('a cancellation', () => {
  it('releases what is held', () => {
    const payment = aPaymentThatWas(toBeHeld, done, toBeCancelled);
    expect(payment.call).toMatchObject({ kind: 'void' });
    const { payment: after, outgoing } = released(2_400)(payment);
    expect(outgoing).toEqual([
      expect.objectContaining({
        type: 'payment.cancelled',
        data: { orderId, voided: dinner, refunded: null, kept: null },
      }),
    ]);
    expect(seen(after)).toMatchObject({ status: 'cancelled', voided: 2_400 });
  });

  it('gives back what was taken', () => {
    const refunding = aPaymentThatWas(toBeHeld, done, toBeTaken, done, toBeCancelled);
    expect(refunding.call).toMatchObject({ kind: 'refund', amount: 2_400 });
    expect(done(refunding).outgoing).toEqual([
      expect.objectContaining({
        type: 'payment.cancelled',
        data: { orderId, voided: null, refunded: dinner, kept: null },
      }),
    ]);
  });

  it('takes the fee, then releases the rest', () => {
    const taking = aPaymentThatWas(toBeHeld, done, toBeCancelledKeeping(1_000));
    expect(taking.call).toMatchObject({ kind: 'capture', amount: 1_000 });
    expect(done(taking).outgoing).toEqual([
      expect.objectContaining({
        type: 'payment.cancelled',
        data: { orderId, voided: euros(1_400), refunded: null, kept: euros(1_000) },
      }),
    ]);
  });

  it('does without the fee when it cannot be taken', () => {
    const { payment, outgoing } = released(2_400)(
      aPaymentThatWas(toBeHeld, done, toBeCancelledKeeping(1_000), refused),
    );
    expect(seen(payment)).toMatchObject({ status: 'cancelled', captured: 0, voided: 2_400 });
    expect(outgoing[0]?.data).toMatchObject({ kept: null });
  });

  it('that comes first is answered, and nothing is held when the command to hold comes', () => {
    expect(said(toBeCancelled(aPaymentThatWas()))).toEqual(['payment.cancelled']);
    const mark = aPaymentThatWas(toBeCancelled);
    expect(toBeHeld(mark)).toEqual({ payment: mark, outgoing: [], transfers: [] });
  });

  it('in doubt about the hold looks it up, and releases it when it is there', () => {
    const payment = aPaymentThatWas(toBeHeld, timedOut, toBeCancelled);
    expect(payment.call).toMatchObject({ kind: 'authorize', unanswered: 1 });
    expect(calls(done(payment))).toEqual(['void', 0]);
  });

  it('in doubt about the hold releases it even if the provider has not heard of it: it may be on its way', () => {
    const releasing = neverHeardOf(aPaymentThatWas(toBeHeld, timedOut, toBeCancelled));
    expect(calls(releasing)).toEqual(['void', 0]);
    expect(releasing.outgoing).toEqual([]);
    expect(said(released(0)(releasing.payment))).toEqual(['payment.cancelled']);
  });

  it('while the hold is being asked for does not ask a second time, but looks it up', () => {
    expect(aPaymentThatWas(toBeHeld, toBeCancelled).call).toMatchObject({
      kind: 'authorize',
      number: 1,
      unanswered: 1,
    });
  });

  it('is followed by a release when the hold comes to light only afterwards, and is not announced again', () => {
    const { call } = aPaymentThatWas(toBeHeld);
    const over = aPaymentThatWas(toBeHeld, timedOut, toBeCancelled, neverHeardOf, released(0));
    const late = apply(over, call!, { outcome: 'done', amount: 2_400, granted });
    expect(calls(late)).toEqual(['void', 0]);
    const { payment, outgoing } = released(2_400)(late.payment);
    expect(seen(payment)).toMatchObject({ status: 'cancelled', authorized: 2_400, voided: 2_400, mayBeHeld: false });
    expect(outgoing).toEqual([]);
  });

  it('is not satisfied with a release that may have been too early for the hold', () => {
    const { call } = aPaymentThatWas(toBeHeld);
    const releasing = aPaymentThatWas(toBeHeld, timedOut, toBeCancelled, neverHeardOf);
    const again = apply(releasing, call!, { outcome: 'done', amount: 2_400, granted }).payment.call as Call;
    expect(again.kind).toBe('void');
    expect(again.number).toBeGreaterThan(releasing.call!.number);
  });

  it('never gives up: a refused release is tried again as a new call, after a pause', () => {
    const payment = aPaymentThatWas(toBeHeld, done, toBeCancelled);
    const again = refused(payment).payment.call as Call;
    expect(again).toMatchObject({ kind: 'void', unanswered: 1 });
    expect(again.number).toBeGreaterThan(payment.call!.number);
  });

  it('of a payment that is being taken gives back what turns out to be taken, and never takes twice', () => {
    const payment = aPaymentThatWas(toBeHeld, done, toBeTaken, timedOut, toBeCancelledKeeping(1_000));
    expect(payment.call).toMatchObject({ kind: 'capture', amount: 2_400 });
    expect(calls(done(payment))).toEqual(['refund', 1_400]);
  });

  it('is announced again to whoever asks again', () => {
    const payment = aPaymentThatWas(toBeHeld, refused, toBeCancelled);
    expect(said(toBeCancelled(payment))).toEqual(['payment.cancelled']);
    expect(toBeCancelled(payment).payment).toBe(payment);
  });
});
