import { Injectable } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { OrderId, PaymentHistory, PaymentOfOrder, PaymentView, type HistoryEntry } from '@thali/contracts';

import { Answers, historyOf } from '@thali/kit/messaging';
import { Database } from '@thali/kit/postgres';
import { z } from 'zod';
import { paymentIdOf } from './domain/payment';
import { paymentNotFound } from './errors';

/** The money of an order with all that moved. Amounts are in the minor unit of `currency`. */
export const PaymentDetails = PaymentView.extend({
  refunds: z.array(
    z.object({
      refundId: z.string(),
      amount: z.int(),
      given: z.int().describe('What of it the provider has given back.'),
      fault: z
        .enum(['restaurant', 'courier', 'platform'])
        .nullable()
        .describe('Who bears it; nobody, when the whole order was undone.'),
      status: z.enum(['requested', 'done', 'failed']),
      reason: z.string(),
      lines: z.array(z.object({ itemId: z.string(), quantity: z.int() })),
      requestedAt: z.iso.datetime(),
    }),
  ),
  holds: z
    .array(
      z.object({
        intent: z.string().nullable(),
        authorized: z.int(),
        captured: z.int(),
        voided: z.int(),
        refunded: z.int(),
        captureBefore: z.iso.datetime().nullable(),
      }),
    )
    .describe('At the provider, a payment intent each.'),
  disputes: z.array(z.object({ disputeId: z.string(), withdrawn: z.int(), status: z.string() })),
  transfers: z
    .array(
      z.object({
        what: z.string(),
        madeAt: z.iso.datetime(),
        postings: z.array(z.object({ account: z.string(), amount: z.int() })),
      }),
    )
    .describe('The ledger: in each transfer, what some accounts give others receive.'),
}).meta({ id: 'PaymentDetails' });
export type PaymentDetails = z.infer<typeof PaymentDetails>;

export class FindPayment extends Query<PaymentDetails> {
  constructor(readonly orderId: OrderId) {
    super();
  }
}

/** Reads payments. A payment that was cancelled before anybody asked for it is none. */
@Injectable()
@QueryHandler(FindPayment)
export class PaymentReader implements IQueryHandler<FindPayment> {
  constructor(private readonly db: Database) {}

  /** @throws {DomainError} `payment.not-found` */
  async execute({ orderId }: FindPayment): Promise<PaymentDetails> {
    const [view, transfers] = await Promise.all([this.read(orderId), this.db.read<Moved>(readTransfers, [orderId])]);
    if (!view) throw paymentNotFound(orderId);
    // Only what is documented: a payment remembers more than that.
    return PaymentDetails.parse({ ...view, transfers });
  }

  @Answers(PaymentOfOrder)
  async answer({ orderId }: { orderId: string }): Promise<PaymentView | null> {
    const view = await this.read(orderId);
    if (!view) return null;
    const { refunds: _, holds: __, disputes: ___, ...answer } = view;
    return answer;
  }

  @Answers(PaymentHistory)
  history({ orderId }: { orderId: string }): Promise<HistoryEntry[]> {
    return historyOf(this.db, orderId);
  }

  private async read(orderId: string): Promise<(PaymentView & Remembered) | undefined> {
    const [row] = await this.db.read<Omit<PaymentView, 'paymentId'> & Remembered>(readPayment, [orderId]);
    return row && { ...row, paymentId: paymentIdOf(orderId) };
  }
}

type Remembered = Pick<PaymentDetails, 'refunds' | 'holds' | 'disputes'>;
type Moved = PaymentDetails['transfers'][number];

const readPayment = `
  select order_id as "orderId", status, currency, authorized, captured, voided, refunded, version,
    detail -> 'refunds' as refunds, detail -> 'holds' as holds, detail -> 'disputes' as disputes
  from payments where order_id = $1 and asked > 0`;

const readTransfers = `
  select t.what, to_char(t.made_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "madeAt",
    json_agg(json_build_object('account', p.account, 'amount', p.amount) order by p.amount, p.account) as postings
  from transfers t join postings p using (order_id, what)
  where t.order_id = $1 group by t.what, t.made_at order by t.made_at, t.what`;
