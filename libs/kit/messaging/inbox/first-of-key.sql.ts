import { none } from '../../postgres';

/**
 * SQL: that nothing of its key comes before a message, in the inbox of its subscription or among the blocked keys.
 *
 * @param row alias of a row with a `subscription` and a `key`.
 * @param schema of the subscription's module, escaped and with a dot; empty in its own database.
 */
export function firstOfKey(row: string, schema = ''): string {
  const [subscription, key] = [`${row}.subscription`, `${row}.key`];
  const waits = none(`${schema}inbox b where b.subscription || ' ' || b.key = ${subscription} || ' ' || ${key}`);
  const isBlocked = none(`${schema}blocked_keys b where b.subscription = ${subscription} and b.key = ${key}`);
  return `${waits} and ${isBlocked}`;
}
