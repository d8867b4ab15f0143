import { createHash } from 'node:crypto';
import { DomainError } from '../core';
import type { Tx } from '../postgres';
import { IdempotencyKeys, type StoredAnswer } from './idempotency.table';

/** A request that its sender may repeat, and how we know it again. */
export interface RepeatableRequest {
  /** Whose key it is: keys of different principals never meet. */
  readonly principal: string;
  /** Method and route. */
  readonly route: string;
  /** The sender's Idempotency-Key. */
  readonly key: string;
  /** What was asked, hashed: {@link fingerprintOf}. */
  readonly fingerprint: string;
}

/** Recognises equal requests, in whatever order their JSON names its fields. */
export function fingerprintOf(...parts: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts, inOrder)).digest('base64url');
}

function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * Does the work once per key: its answer is stored in the transaction of its effects, and given again for every repetition.
 * A refusal (a thrown error) changes nothing and is not stored: the next try is judged afresh.
 * See https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/.
 *
 * @throws {DomainError} `request.idempotency-key-reused` (invalid) when the key came before with another request.
 */
export async function once(
  tx: Tx,
  request: RepeatableRequest,
  work: () => Promise<StoredAnswer>,
): Promise<StoredAnswer> {
  const looking = tx.one(IdempotencyKeys.find, request);
  const unanswered = looking.then((stored) => {
    if (stored) throw new AnsweredBefore();
  });
  tx.deferWritesUntil(unanswered);
  const [found, done] = await Promise.allSettled([looking, work()]);
  if (found.status === 'rejected') throw found.reason;
  const stored = found.value;
  if (stored) {
    tx.discard();
    if (stored.fingerprint === request.fingerprint) return stored.answer;
    throw keyReused();
  }
  if (done.status === 'rejected') throw done.reason;
  const answer = done.value;
  // Two at once: the second meets the primary key, is rolled back, runs again and finds the answer of the first.
  tx.defer(IdempotencyKeys.insert, { ...request, answer });
  return answer;
}

/** A key names one request. */
export function keyReused(): DomainError {
  const detail = 'This Idempotency-Key was used before with another request. Use a new key for a new request.';
  return new DomainError('request.idempotency-key-reused', 'invalid', detail);
}

/** The work reads while the answer is looked for, and changes nothing any more. */
class AnsweredBefore extends Error {}
