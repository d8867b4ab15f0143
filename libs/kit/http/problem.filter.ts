import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../core';
import { headersOf, problemOf, type Problem } from './problem';

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
