import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import { DomainError, messageOf, type ErrorKind, type Log } from '../core';

const statusOf: Record<ErrorKind, number> = {
  invalid: 422,
  'not-found': 404,
  conflict: 409,
  stale: 412,
  forbidden: 403,
  unavailable: 503,
};

/** Makes responses of errors: `application/problem+json` by RFC 9457, with a stable `code`. Errors of message handlers are not its business. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') return;
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(error);
    if (problem.status === 500)
      this.log.error(
        { err: error, correlationId: request.id, method: request.method, url: request.url },
        'request failed',
      );
    void sendProblem(reply, problem);
  }
}

/** Responds with a problem document on a route that is not Nest's and so has no filter. */
export function answerWithProblem(reply: FastifyReply, error: unknown): FastifyReply {
  return sendProblem(reply, problemOf(error));
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { id: correlationId } = reply.request;
  return reply
    .removeHeader('location')
    .status(problem.status)
    .headers(headersOf(problem))
    .send(JSON.stringify({ ...problem, correlationId }));
}

/** A problem document of RFC 9457. */
interface Problem {
  readonly type: string;
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly [detail: string]: unknown;
}

/** The headers that belong to a problem. */
function headersOf({ status, retryAfterSeconds = 1 }: Problem): Record<string, string> {
  return {
    'content-type': 'application/problem+json; charset=utf-8',
    ...(status === 503 && { 'retry-after': String(retryAfterSeconds) }),
  };
}

/** The document for an error; an error that is not meant for the caller becomes a 500 without details. */
function problemOf(error: unknown): Problem {
  const type = 'about:blank';
  if (error instanceof DomainError) {
    const status = (error as { statusCode?: number }).statusCode ?? statusOf[error.kind];
    return { type, ...error.details, status, code: error.code, title: titleOf(status), detail: error.message };
  }
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const code = status === 404 ? 'request.no-such-route' : 'request.refused';
    return { type, status, code, title: titleOf(status), detail: messageOf(error) };
  }
  const detail = 'Something went wrong here. Nothing was changed by this request.';
  return { type, status: 500, code: 'service.fault', title: titleOf(500), detail };
}

/** What HTTP calls the status: the title of a problem of type `about:blank` (RFC 9457, 4.2.1). */
function titleOf(status: number): string {
  return STATUS_CODES[status] ?? 'Error';
}
