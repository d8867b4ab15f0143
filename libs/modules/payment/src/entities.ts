import { IdempotencyKeys } from '@thali/kit/idempotency';
import { checks, table, typed } from '@thali/kit/postgres';
import type { Payment } from './domain/payment';

const now = () => 'clock_timestamp()';

/** What can be asked of the table has columns; the rest of the payment is its detail. */
type Detail = Omit<Payment, 'orderId' | 'status' | 'currency' | 'asked' | 'sealedToken' | 'version'>;

export const Payments = table('payments', {
  columns: {
    orderId: { type: 'text', primary: true },
    status: { type: typed<Payment['status']>('text') },
    currency: { type: 'text' },
    asked: { type: 'bigint' },
    authorized: { type: 'bigint' },
    captured: { type: 'bigint' },
    voided: { type: 'bigint' },
    refunded: { type: 'bigint' },
    settled: { type: 'bigint' },
    mayBeHeld: { type: 'boolean' },
    sealedToken: { type: 'text', nullable: true },
    detail: { type: typed<Detail>('json') },
    version: { type: 'int', version: true },
    createdAt: { type: 'timestamptz', createDate: true, default: now },
    changedAt: { type: 'timestamptz', updateDate: true, default: now },
  },
  checks: checks(
    'payments_status_check',
    'payments_currency_check',
    'payments_asked_check',
    'payments_captured_check',
    'payments_voided_check',
    'payments_refunded_check',
    'payments_settled_check',
    'payments_check',
    'payments_check1',
    'payments_check2',
    'payments_check3',
    'payments_check4',
  ),
});

const WebhookEvents = table('webhook_events', {
  columns: {
    eventId: { type: 'text', primary: true },
    receivedAt: { type: 'timestamptz', createDate: true, default: now },
  },
});

/** Kept by the database itself, which moves the balances with the postings. */
const Accounts = table('accounts', {
  columns: {
    account: { type: 'text', primary: true },
    currency: { type: 'text', primary: true },
    balance: { type: 'bigint' },
    floor: { type: 'bigint', nullable: true },
  },
  checks: checks('accounts_check'),
});

const Transfers = table('transfers', {
  columns: {
    orderId: { type: 'text', primary: true },
    what: { type: 'text', primary: true },
    madeAt: { type: 'timestamptz', createDate: true, default: now },
  },
});

const Postings = table('postings', {
  columns: {
    orderId: { type: 'text', primary: true },
    what: { type: 'text', primary: true },
    account: { type: 'text', primary: true },
    currency: { type: 'text', primary: true },
    amount: { type: 'bigint' },
  },
  checks: checks('postings_amount_check'),
  foreignKeys: [
    {
      target: 'transfers',
      columnNames: ['orderId', 'what'],
      referencedColumnNames: ['orderId', 'what'],
      name: 'postings_order_id_what_fkey',
    },
  ],
});

/** The tables of the module, but for those of its messages. */
export const entities = [Payments, WebhookEvents, Accounts, Transfers, Postings, IdempotencyKeys];
