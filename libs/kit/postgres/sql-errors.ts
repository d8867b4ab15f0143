import { NotRun } from './pipeline';

/** A changed row was not there as it was read: another transaction was faster. The unit of work runs again, on fresh data. */
export class StaleVersion extends Error {
  constructor(what: string) {
    super(`stale version: ${what} was changed by another transaction`);
    this.name = 'StaleVersion';
  }
}

const serializationFailure = '40001';
const abortedTransaction = '25P02';
const lockNotAvailable = '55P03';
const deadlockDetected = '40P01';
/** Two transactions have inserted one key at once: the one that lost finds, when it runs again, what the other has written. */
const uniqueViolation = '23505';

/** Whether the same work may succeed when it is simply done again. */
export function worthRepeating(error: unknown): boolean {
  return (
    error instanceof StaleVersion ||
    [serializationFailure, deadlockDetected, uniqueViolation].includes(codeOf(error)) ||
    isPlanStale(error)
  );
}

/** Whether what the connection has prepared no longer fits, because a table was altered. On another connection it will. */
export function isPlanStale(error: unknown): boolean {
  return ['0A000', '26000'].includes(codeOf(error));
}

/** Whether the statement failed only because another of the transaction had failed before. */
export function isTransactionAborted(error: unknown): boolean {
  return error instanceof NotRun || codeOf(error) === abortedTransaction;
}

/** Whether the connection, not the statement, was at fault. */
export function connectionLost(error: unknown): boolean {
  const code = codeOf(error);
  if (/^(08|57P|53)/.test(code) || ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT'].includes(code))
    return true;
  return (
    error instanceof Error &&
    /Connection terminated|Query read timeout|not queryable|timeout exceeded/.test(error.message)
  );
}

/** Whether another session held the lock for longer than `lock_timeout`. */
export function refusedByLock(error: unknown): boolean {
  return codeOf(error) === lockNotAvailable;
}

/** Whether it is the data that cannot be stored, now or ever: not text, too large for an index, nested too deeply. */
export function unstorable(error: unknown): boolean {
  return /^(22|54)/.test(codeOf(error)) || error instanceof RangeError;
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
