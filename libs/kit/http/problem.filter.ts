import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, messageOf, type ErrorKind, type Log } from '../core';

const statusOf: Record<ErrorKind, number> = {
  invalid: 422,
  'not-found': 404,
  conflict: 409,
  stale: 412,
  forbidden: 403,
  unavailable: 503,
};

/** The one place where errors become answers: `application/problem+json` by RFC 9457, with a stable `code`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(error);
    if (problem.status === 500)
      this.log.error(
        { err: error, correlationId: request.id, method: request.method, url: request.url },
        messageOf(error),
      );
    void sendProblem(reply, problem);
  }
}

/** Answers with what went wrong, on whatever route: those that are not Nest's have no filter. */
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

/** What went wrong, as its document says it. */
function problemOf(error: unknown): Problem {
  const type = 'about:blank';
  if (error instanceof DomainError) {
    const status = (error as { statusCode?: number }).statusCode ?? statusOf[error.kind];
    return { type, ...error.details, status, code: error.code, title: titleOf[error.kind], detail: error.message };
  }
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return {
      type,
      status,
      code: status === 404 ? 'request.no-such-route' : 'request.refused',
      title: 'The request is not right',
      detail: messageOf(error),
    };
  }
  return {
    type,
    status: 500,
    code: 'service.fault',
    title: 'A fault of ours',
    detail: 'Something went wrong here. Nothing was changed by this request.',
  };
}

const titleOf: Record<ErrorKind, string> = {
  invalid: 'The request cannot be carried out',
  'not-found': 'There is no such thing',
  conflict: 'Not now',
  stale: 'Somebody changed it meanwhile',
  forbidden: 'Not allowed',
  unavailable: 'Try again later',
};
