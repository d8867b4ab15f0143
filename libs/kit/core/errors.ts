/** What went wrong, in terms a rule can know. The edge (HTTP, bus) decides what to make of it. */
export type ErrorKind = 'invalid' | 'not-found' | 'conflict' | 'stale' | 'forbidden' | 'unavailable';

/**
 * A refusal with a stable code. Rules throw it; the HTTP edge turns it into a problem document.
 *
 * - `invalid`: the input can never work as it is.
 * - `not-found`: what it speaks of does not exist (or is not the caller's).
 * - `conflict`: it might have worked at another moment; the state of the thing forbids it now.
 * - `stale`: the thing has changed since the caller looked at it; look again and retry.
 * - `forbidden`: the caller may not.
 * - `unavailable`: something we depend on is away; nothing was changed, try later.
 */
export class DomainError extends Error {
  /**
   * @param code `<module>.<reason>`, stable for clients: `order.cannot-cancel`.
   * @param kind what the caller can do about it.
   * @param message one sentence for a person.
   * @param details facts that help to mend it, such as `{ itemId }` or `{ field, expected }`.
   */
  constructor(
    readonly code: string,
    readonly kind: ErrorKind,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'DomainError';
  }
}

/** More is asked than can be done. Nothing was changed, and those who are refused together do not come back together. */
export function overloaded(retryAfterSeconds = 1 + Math.floor(3 * Math.random())): DomainError {
  const message = `Too much is asked of us at the moment. Nothing was changed: repeat this in ${retryAfterSeconds} s, with the same Idempotency-Key.`;
  return new DomainError('service.overloaded', 'unavailable', message, { retryAfterSeconds });
}

/** The error's own words, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
