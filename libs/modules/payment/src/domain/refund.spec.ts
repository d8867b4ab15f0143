import {
  aPaymentThatWas,
  delivered,
  done,
  euros,
  orderId,
  refusalOf,
  refused,
  released,
  toBeCancelled,
  toBeCancelledKeeping,
  toBeHeld,
  toBeRefunded,
  toBeTaken,
} from '../../testing/payments';
import type { Decision } from './payment';

const calls = ({ payment }: Decision) => payment.call && [payment.call.kind, payment.call.amount];

describe('a refund', () => {
  const paid = [toBeHeld, done, toBeTaken, done];

  it('is of everything, when no amount is named', () => {
    const payment = aPaymentThatWas(...paid, toBeRefunded(400), done);
    expect(calls(toBeRefunded(undefined, 'ref_2')(payment))).toEqual(['refund', 2_000]);
  });

  it('is announced and counted when it is done', () => {
    const { payment, outgoing } = done(aPaymentThatWas(...paid, toBeRefunded(400)));
    expect(outgoing).toEqual([
      expect.objectContaining({ type: 'payment.refunded', data: { orderId, refundId: 'ref_1', amount: euros(400) } }),
    ]);
    expect(payment).toMatchObject({ refunded: 400, refunds: [{ refundId: 'ref_1', status: 'done' }] });
  });

  it('frees what it had claimed when the provider refuses', () => {
    const payment = aPaymentThatWas(...paid, toBeRefunded(2_400), refused);
    expect(payment).toMatchObject({ refunded: 0, refunds: [{ status: 'failed' }] });
    expect(calls(toBeRefunded(2_400, 'ref_2')(payment))).toEqual(['refund', 2_400]);
  });

  it('waits for the one before it, and both together cannot exceed what was taken', () => {
    const two = aPaymentThatWas(...paid, toBeRefunded(1_500, 'ref_1'), toBeRefunded(900, 'ref_2'));
    expect(two.call).toMatchObject({ refundId: 'ref_1' });
    expect(refusalOf(() => toBeRefunded(1, 'ref_3')(two))).toBe('payment.refund-exceeds-captured');
    expect(done(two).payment.call).toMatchObject({ refundId: 'ref_2', amount: 900 });
  });

  it('is refused before anything was taken', () => {
    expect(refusalOf(() => toBeRefunded(1)(aPaymentThatWas(toBeHeld, done)))).toBe('payment.refund-exceeds-captured');
  });

  it('is refused while everything is being given back anyway', () => {
    expect(refusalOf(() => toBeRefunded(1)(aPaymentThatWas(...paid, toBeCancelled)))).toBe('payment.cannot-refund');
  });
});

describe('sharing out', () => {
  const moved = ({ transfers }: Decision) =>
    transfers.map(({ what, postings }) => [what.split('/')[0], ...postings.map(({ amount }) => amount)]);

  it('happens when the meal was brought: courier, fee, and the rest to the restaurant', () => {
    expect(moved(delivered(aPaymentThatWas(toBeHeld, done, toBeTaken, done)))).toEqual([
      ['split', -2_400, 1_752, 288, 360],
    ]);
  });

  it('waits for the money when the courier was faster', () => {
    const taking = aPaymentThatWas(toBeHeld, done, toBeTaken, delivered);
    expect(moved(done(taking))).toEqual([
      ['capture', -2_400, 2_400],
      ['split', -2_400, 1_752, 288, 360],
    ]);
  });

  it('takes a refund from all who had a share', () => {
    const refunding = aPaymentThatWas(toBeHeld, done, toBeTaken, done, delivered, toBeRefunded(1_000));
    expect(moved(done(refunding))).toEqual([
      ['refund', -1_000, 1_000],
      ['split', 1_000, -730, -120, -150],
    ]);
  });

  it('shares a kept fee between the restaurant and us: nobody has ridden', () => {
    const releasing = aPaymentThatWas(toBeHeld, done, toBeCancelledKeeping(1_000), done);
    expect(moved(released(1_400)(releasing))).toEqual([['split', -1_000, 850, 150]]);
  });
});
