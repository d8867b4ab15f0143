import {
  aPaymentThatWas,
  courierId,
  delivered,
  done,
  doneOnce,
  euros,
  ofLines,
  orderId,
  refusalOf,
  refused,
  restaurantId,
  seen,
  stored,
  toBeCancelled,
  toBeCancelledKeeping,
  toBeChangedTo,
  toBeHeld,
  toBeRefunded,
  toBeTaken,
  toBeTakenByBill,
  type Step,
} from '../../testing/payments';
import { recordDispute } from './commands';
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
    expect(seen(payment)).toMatchObject({ refunded: 400, refunds: [{ refundId: 'ref_1', status: 'done' }] });
  });

  it('frees what it had claimed when the provider refuses', () => {
    const payment = aPaymentThatWas(...paid, toBeRefunded(2_400), refused);
    expect(seen(payment)).toMatchObject({ refunded: 0, refunds: [{ status: 'failed' }] });
    expect(calls(toBeRefunded(2_400, 'ref_2')(payment))).toEqual(['refund', 2_400]);
  });

  it('waits for the one before it, and both together cannot exceed what was taken', () => {
    const two = aPaymentThatWas(...paid, toBeRefunded(1_500, 'ref_1'), toBeRefunded(900, 'ref_2'));
    expect(two.call).toMatchObject({ refundId: 'ref_1' });
    expect(refusalOf(() => toBeRefunded(1, 'ref_3')(two))).toBe('payment.refund-exceeds-captured');
    expect(done(two).payment.call).toMatchObject({ refundId: 'ref_2', amount: 900 });
  });

  it('of lines is what was paid for them, with their part of the tax, and no portion is refunded twice', () => {
    const paidByBill = aPaymentThatWas(toBeHeld, done, toBeTakenByBill, done);
    const part = ofLines([{ itemId: 'dosa', quantity: 1 }])(paidByBill);
    expect(calls(part)).toEqual(['refund', 1_070]);
    const after = stored(paidByBill, part.payment);
    expect(refusalOf(() => ofLines([{ itemId: 'dosa', quantity: 2 }])(after))).toBe('payment.line-refunded');
    expect(refusalOf(() => ofLines([{ itemId: 'naan', quantity: 1 }])(after))).toBe('payment.line-not-found');
  });

  it('is spread over the holds that the money was taken from', () => {
    const two = [toBeHeld, doneOnce, toBeChangedTo(3_000), done, toBeTaken, done, done];
    const first = toBeRefunded(2_700)(aPaymentThatWas(...two));
    expect(calls(first)).toEqual(['refund', 2_400]);
    const second = done(first.payment);
    expect([second.outgoing, calls(second)]).toEqual([[], ['refund', 300]]);
    expect(done(second.payment).outgoing).toEqual([
      expect.objectContaining({ type: 'payment.refunded', data: { orderId, refundId: 'ref_1', amount: euros(2_700) } }),
    ]);
  });

  it('that is too great is refused in an amount that people can read', () => {
    expect(() => toBeRefunded(2_401)(aPaymentThatWas(...paid))).toThrow('Only 24.00 EUR can still be refunded.');
  });

  it('is refused before anything was taken', () => {
    expect(refusalOf(() => toBeRefunded(1)(aPaymentThatWas(toBeHeld, done)))).toBe('payment.refund-exceeds-captured');
  });

  it('is refused while everything is being given back anyway', () => {
    expect(refusalOf(() => toBeRefunded(1)(aPaymentThatWas(...paid, toBeCancelled)))).toBe('payment.cannot-refund');
  });
});

describe('a dispute', () => {
  const disputed =
    (withdrawn: number, status: string): Step =>
    (payment) =>
      recordDispute(payment, { disputeId: 'dp_1', withdrawn, status });
  const moves = ({ transfers }: Decision) => transfers.flatMap(({ postings }) => postings);

  it('is our loss while the money is withdrawn, and not when it is ours again', () => {
    const paidFor = aPaymentThatWas(toBeHeld, done, toBeTaken, done, delivered);
    const lost = disputed(2_400, 'needs_response')(paidFor);
    expect(moves(lost)).toEqual([
      { account: 'losses', amount: -2_400 },
      { account: 'provider', amount: 2_400 },
    ]);
    const withdrawn = stored(paidFor, lost.payment);
    expect(disputed(2_400, 'needs_response')(withdrawn).payment).toBe(withdrawn);
    expect(refusalOf(() => toBeRefunded(1)(withdrawn))).toBe('payment.refund-exceeds-captured');
    expect(moves(disputed(0, 'won')(withdrawn))).toEqual([
      { account: 'losses', amount: 2_400 },
      { account: 'provider', amount: -2_400 },
    ]);
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

  it.each([
    ['restaurant', [-1_000]],
    ['courier', [-1_000]],
    ['platform', [-1_000]],
  ] as const)('takes a refund from the %s whose fault it was', (fault, shares) => {
    const refunding = aPaymentThatWas(toBeHeld, done, toBeTaken, done, delivered, toBeRefunded(1_000, 'ref_1', fault));
    const { transfers } = done(refunding);
    expect(moved({ ...done(refunding) })).toEqual([
      ['refund', -1_000, 1_000],
      ['split', 1_000, ...shares],
    ]);
    const bearer = { restaurant: `restaurant:${restaurantId}`, courier: `courier:${courierId}`, platform: 'fees' }[
      fault
    ];
    expect(transfers[1]?.postings[1]?.account).toBe(bearer);
  });

  it('deducts a refund that was given before the meal came', () => {
    const early = aPaymentThatWas(toBeHeld, done, toBeTaken, done, toBeRefunded(500, 'ref_1', 'restaurant'), done);
    expect(moved(delivered(early))).toEqual([['split', -1_900, 1_252, 288, 360]]);
  });

  it('lets nobody bear what was refunded before the whole order was undone', () => {
    const undone = aPaymentThatWas(
      toBeHeld,
      done,
      toBeTaken,
      done,
      toBeRefunded(500, 'ref_1', 'restaurant'),
      done,
      toBeCancelled,
    );
    expect(moved(done(undone))).toEqual([['refund', -1_900, 1_900]]);
  });

  it('shares a kept fee between the restaurant and us: nobody has ridden', () => {
    const taking = aPaymentThatWas(toBeHeld, done, toBeCancelledKeeping(1_000));
    expect(moved(done(taking))).toEqual([
      ['capture', -1_000, 1_000],
      ['split', -1_000, 850, 150],
    ]);
  });
});
