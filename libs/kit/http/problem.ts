import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import { DomainError, messageOf, type ErrorKind } from '../core';

const statusOf: Record<ErrorKind, number> = {
  invalid: 422,
  'not-found': 404,
  conflict: 409,
  stale: 412,
  forbidden: 403,
  unavailable: 503,
};

/** A problem document of RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly status: number;
  readonly code: string;
  readonly title: string;
  /** When to come again, where it is too early now. */
  readonly retryAfterSeconds?: number;
  readonly [detail: string]: unknown;
}

/** The document for an error; an error that is not meant for the caller becomes a 500 without details. */
export function problemOf(error: unknown): Problem {
  const type = 'about:blank';
  if (error instanceof DomainError) {
    const status = (error as { statusCode?: number }).statusCode ?? statusOf[error.kind];
    return { type, ...error.details, status, code: error.code, title: titleOf(status), detail: error.message };
  }
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && (status < 500 || status === 501)) {
    const code = status === 404 ? 'request.no-such-route' : 'request.refused';
    return { type, status, code, title: titleOf(status), detail: messageOf(error) };
  }
  const detail = 'Something went wrong here. Nothing was changed by this request.';
  return { type, status: 500, code: 'service.fault', title: titleOf(500), detail };
}

/** The headers that belong to a problem: whenever "later" is the answer, when. */
export function headersOf({
  status,
  retryAfterSeconds = status === 503 ? 1 : undefined,
}: Problem): Record<string, string> {
  return {
    'content-type': 'application/problem+json; charset=utf-8',
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  };
}

/** What HTTP calls the status: the title of a problem of type `about:blank` (RFC 9457, 4.2.1). */
function titleOf(status: number): string {
  return STATUS_CODES[status] ?? 'Error';
}
