import { table, typed } from '../postgres';

/** The answer as it was given. */
export interface StoredAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The answers already given to requests that carried an Idempotency-Key. */
export const IdempotencyKeys = table('idempotency_keys', {
  columns: {
    principal: { type: 'text', primary: true },
    route: { type: 'text', primary: true },
    key: { type: 'text', primary: true },
    fingerprint: { type: 'text' },
    answer: { type: typed<StoredAnswer>('json') },
    storedAt: { type: 'timestamptz', createDate: true, default: () => 'clock_timestamp()', select: false },
  },
  indices: [{ name: 'idempotency_keys_by_age', columns: ['storedAt'] }],
});
