import { Injectable } from '@nestjs/common';
import { send } from '@thali/kit/messaging';
import { query, save, type Tx } from '@thali/kit/postgres';
import { noPayment, totalsOf, type Decision, type Payment } from './domain/payment';
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
    const before = (await tx.one(load, { orderId }))?.payment ?? noPayment(orderId);
    const { payment, outgoing, transfers } = decide(before);
    const after = payment === before ? before : this.save(tx, payment);
    for (const transfer of transfers) tx.defer(post, transfer);
    for (const draft of outgoing) send(tx, draft);
    return { before, after };
  }

  private save(tx: Tx, payment: Payment): Payment {
    tx.defer(payment.version === 0 ? insert : update, rowOf(payment));
    return { ...payment, version: payment.version + 1 };
  }
}

/** What can be asked of the table has columns; the rest of the payment is its `detail`. */
function rowOf(payment: Payment) {
  const { orderId, status, currency, asked, sealedToken, version, ...detail } = payment;
  const { restaurant, courier, fees, tax } = payment.shared;
  return {
    orderId,
    status,
    currency,
    asked,
    ...totalsOf(payment),
    settled: restaurant + courier + fees + tax,
    mayBeHeld: payment.holds.some(({ mayBeHeld }) => mayBeHeld),
    sealedToken,
    version,
    detail,
  };
}

type Row = ReturnType<typeof rowOf>;

const input = `json_to_recordset($1) as i(n int, "orderId" text, status text, currency text, asked bigint,
  authorized bigint, captured bigint, voided bigint, refunded bigint, settled bigint, "mayBeHeld" boolean, "sealedToken" text, version int,
  detail json)`;

const load = query<{ orderId: string }, { payment: Payment }>(`
  select i.n, (jsonb_build_object('orderId', p.order_id, 'status', p.status, 'currency', p.currency, 'asked', p.asked,
    'sealedToken', p.sealed_token, 'version', p.version) || p.detail::jsonb) as payment
  from json_to_recordset($1) as i(n int, "orderId" text) join payments p on p.order_id = i."orderId"`);

// Of two transactions that make the same payment at once, the second runs again on what the first has made.
const insert = save<Row>(`
  insert into payments (order_id, status, currency, asked, authorized, captured, voided, refunded, settled, may_be_held,
    sealed_token, version, detail)
  select "orderId", status, currency, asked, authorized, captured, voided, refunded, settled, "mayBeHeld", "sealedToken", 1, detail
  from ${input} order by n
  on conflict do nothing returning null::int as n`);

const update = save<Row>(`
  update payments p set status = i.status, currency = i.currency, asked = i.asked, authorized = i.authorized, captured = i.captured,
    voided = i.voided, refunded = i.refunded, settled = i.settled, may_be_held = i."mayBeHeld", sealed_token = i."sealedToken",
    version = i.version + 1, detail = i.detail, changed_at = clock_timestamp()
  from ${input} where p.order_id = i."orderId" and p.version = i.version
  returning i.n`);
