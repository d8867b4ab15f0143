import { DomainError, type ErrorKind } from '@thali/kit/core';
import { paymentNotFound, webhookNotGenuine } from './errors';

// What the routes refuse, for the document of the API.

const refundable = { amount: 592, currency: 'EUR' };
const refuse = (reason: string, kind: ErrorKind, message: string) =>
  new DomainError(`payment.${reason}`, kind, message, { payment: 'captured', refundable });

export const noSuchPayment = paymentNotFound('ord_01h455vb4pex5vsknk084sn02q');
export const notGenuine = webhookNotGenuine();

export const notRefundable = [
  noSuchPayment,
  refuse('cannot-refund', 'conflict', 'This payment is being cancelled: the money is on its way back.'),
  refuse('refund-exceeds-captured', 'conflict', 'Only 5.92 EUR can still be refunded.'),
  refuse('line-refunded', 'conflict', 'Only 1 of Masala Dosa can still be refunded.'),
  refuse('line-not-found', 'invalid', 'This order has no sushi.'),
  refuse('other-currency', 'invalid', 'This payment was made in EUR.'),
];
