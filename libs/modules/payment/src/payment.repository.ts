import { Injectable } from '@nestjs/common';
import { send } from '@thali/kit/messaging';
import type { RowOf, Tx } from '@thali/kit/postgres';
import { noPayment, totalsOf, type Decision, type Payment } from './domain/payment';
import { Payments } from './entities';
import { post } from './ledger.sql';

export interface Change {
  readonly before: Payment;
  readonly after: Payment;
}

/** Payments: load, decide, save, post and send, in the transaction given. */
@Injectable()
export class PaymentRepository {
  /** Does what the decision says. When another transaction has changed the payment meanwhile, the unit of work runs again. */
  async change(tx: Tx, orderId: string, decide: (payment: Payment) => Decision): Promise<Change> {
    const row = await tx.one(Payments.find, { orderId });
    const before = row ? paymentOf(row) : noPayment(orderId);
    const { payment, outgoing, transfers } = decide(before);
    const after = payment === before ? before : this.save(tx, payment);
    for (const transfer of transfers) tx.defer(post, transfer);
    for (const draft of outgoing) send(tx, draft);
    return { before, after };
  }

  private save(tx: Tx, payment: Payment): Payment {
    const row = rowOf(payment);
    if (payment.version === 0) tx.defer(Payments.insert, row);
    else tx.defer(Payments.update, { ...row, version: payment.version });
    return { ...payment, version: payment.version + 1 };
  }
}

function paymentOf({
  orderId,
  status,
  currency,
  asked,
  sealedToken,
  version,
  detail,
}: RowOf<typeof Payments>): Payment {
  return { ...detail, orderId, status, currency, asked, sealedToken, version };
}

function rowOf({ orderId, status, currency, asked, sealedToken, version: _, ...detail }: Payment) {
  const { restaurant, courier, fees, tax } = detail.shared;
  return {
    orderId,
    status,
    currency,
    asked,
    ...totalsOf(detail),
    settled: restaurant + courier + fees + tax,
    mayBeHeld: detail.holds.some(({ mayBeHeld }) => mayBeHeld),
    sealedToken,
    detail,
  };
}
