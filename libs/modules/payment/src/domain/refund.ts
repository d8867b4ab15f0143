import { type Bill, type Money, amountInWords } from '@thali/contracts';
import { DomainError, type ErrorKind } from '@thali/kit/core';
import { advance } from './next';
import { refundableOf, type Decision, type Fault, type Payment, type Refund } from './payment';

/** So many portions of a line of the bill. */
export interface RefundedLine {
  readonly itemId: string;
  readonly quantity: number;
}

/**
 * Promise the customer money back that was taken; the promise counts at once, so that no two can exceed what there is.
 *
 * @param command.amount all that can be refunded, when neither an amount nor lines are named.
 * @throws {DomainError} `payment.cannot-refund`, `payment.refund-exceeds-captured`, `payment.line-refunded` (conflict),
 *   `payment.other-currency`, `payment.line-not-found` (invalid)
 */
export function requestRefund(
  payment: Payment,
  command: {
    refundId: string;
    amount?: Money | undefined;
    lines?: readonly RefundedLine[] | undefined;
    fault: Fault;
    reason: string;
    requestedAt: string;
  },
): Decision {
  const { currency } = payment;
  const { refundId, fault, reason, requestedAt, lines = [] } = command;
  const refundable = { amount: refundableOf(payment), currency };
  const facts = { payment: payment.status, refundable };
  const refuse = (code: string, kind: ErrorKind, message: string) =>
    new DomainError(`payment.${code}`, kind, message, facts);
  if (payment.status === 'cancelling') {
    throw refuse('cannot-refund', 'conflict', 'This payment is being cancelled: the money is on its way back.');
  }
  const wanted = lines.length > 0 ? { amount: amountOf(payment, lines, refuse), currency } : command.amount;
  const { amount, currency: inCurrency } = wanted ?? refundable;
  if (inCurrency !== currency) throw refuse('other-currency', 'invalid', `This payment was made in ${currency}.`);
  if (amount > refundable.amount || amount === 0) {
    throw refuse('refund-exceeds-captured', 'conflict', `Only ${amountInWords(refundable)} can still be refunded.`);
  }
  const refund: Refund = { refundId, amount, given: 0, fault, reason, requestedAt, lines, status: 'requested' };
  return advance({ ...payment, refunds: [...payment.refunds, refund] });
}

type Refuse = (code: string, kind: ErrorKind, message: string) => DomainError;

/** What the customer has paid for these portions, with the tax that was added to them. */
function amountOf({ bill, refunds }: Payment, lines: readonly RefundedLine[], refuse: Refuse): number {
  const given = refunds.filter(({ status }) => status !== 'failed').flatMap((refund) => refund.lines);
  const sum = lines.reduce((total, { itemId, quantity }, at) => {
    const bought = bill?.lines.filter((line) => line.itemId === itemId) ?? [];
    const [line] = bought;
    if (!line) throw refuse('line-not-found', 'invalid', `This order has no ${itemId}.`);
    const before = portionsOf(itemId, [...given, ...lines.slice(0, at)]);
    const left = portionsOf(itemId, bought) - before;
    if (quantity > left)
      throw refuse('line-refunded', 'conflict', `Only ${left} of ${line.name} can still be refunded.`);
    return total + priceOf(bought, before, quantity);
  }, 0);
  return sum + addedTax(bill, sum);
}

function portionsOf(itemId: string, lines: readonly RefundedLine[]): number {
  return lines.filter((line) => line.itemId === itemId).reduce((sum, { quantity }) => sum + quantity, 0);
}

/** A dish may stand in several lines, with other choices at other prices: they are given back in the order of the bill. */
function priceOf(lines: Bill['lines'], skip: number, quantity: number): number {
  const prices = lines.flatMap((line) => Array<number>(line.quantity).fill(line.unitPrice.amount));
  return prices.slice(skip, skip + quantity).reduce((sum, price) => sum + price, 0);
}

/** The share of these portions in the tax that was added, rounded down. */
function addedTax(bill: Bill | null, amount: number): number {
  const items = bill?.lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0) ?? 0;
  return !bill || bill.taxIncluded || items === 0 ? 0 : Math.floor((bill.tax * amount) / items);
}
