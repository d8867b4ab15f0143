import { Injectable } from '@nestjs/common';
import { send } from '@thali/kit/messaging';
import { query, save, type Tx } from '@thali/kit/postgres';
import { post } from './ledger.sql';
import { noPayment, type Decision, type Payment } from './domain/payment';

/** Payments: load, decide, save, post and announce, in the transaction given. */
@Injectable()
export class PaymentRepository {
  /** Does what the decision outgoing. When somebody else changes it meanwhile, the unit of work runs again. */
  async change(tx: Tx, orderId: string, decide: (payment: Payment) => Decision): Promise<Change> {
    const before = (await tx.one(load, { orderId }))?.payment ?? noPayment(orderId);
    const { payment, outgoing, transfers } = decide(before);
    const after = payment === before ? before : this.save(tx, payment);
    for (const transfer of transfers) tx.defer(post, transfer);
    for (const draft of outgoing) send(tx, draft);
    return { before, after };
  }

  private save(tx: Tx, payment: Payment): Payment {
    const {
      orderId,
      status,
      currency,
      asked,
      authorized,
      captured,
      voided,
      refunded,
      settled,
      mayBeHeld,
      sealedToken,
      version,
      ...detail
    } = payment;
    const row = {
      orderId,
      status,
      currency,
      asked,
      authorized,
      captured,
      voided,
      refunded,
      settled,
      mayBeHeld,
      sealedToken,
      version,
      detail,
    };
    tx.defer(version === 0 ? insert : update, row);
    return { ...payment, version: version + 1 };
  }
}

export interface Change {
  readonly before: Payment;
  readonly after: Payment;
}

type Row = Pick<
  Payment,
  | 'orderId'
  | 'status'
  | 'currency'
  | 'asked'
  | 'authorized'
  | 'captured'
  | 'voided'
  | 'refunded'
  | 'settled'
  | 'mayBeHeld'
  | 'sealedToken'
  | 'version'
> & { detail: object };

const input = `json_to_recordset($1) as i(n int, "orderId" text, status text, currency text, asked bigint,
  authorized bigint, captured bigint, voided bigint, refunded bigint, settled bigint, "mayBeHeld" boolean, "sealedToken" text, version int,
  detail json)`;

const load = query<{ orderId: string }, { payment: Payment }>(`
  select i.n, (jsonb_build_object('orderId', p.order_id, 'status', p.status, 'currency', p.currency,
    'asked', p.asked, 'authorized', p.authorized, 'captured', p.captured, 'voided', p.voided, 'refunded', p.refunded,
    'settled', p.settled, 'mayBeHeld', p.may_be_held, 'sealedToken', p.sealed_token, 'version', p.version) || p.detail::jsonb) as payment
  from json_to_recordset($1) as i(n int, "orderId" text) join payments p on p.order_id = i."orderId"`);

// Two that come for the same new order at once: the second runs again on what the first has made.
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
