import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../core';
import { InvalidInput } from './input';

/** The entity tag of a version: `"7"`. */
export const etagOf = (version: number): string => `"${version}"`;

/** Tags the answer with its version. @returns true when the asker has this version already: answer 304 and no body. */
export function tag(request: FastifyRequest, reply: FastifyReply, version: number): boolean {
  void reply.header('etag', etagOf(version));
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (!known.includes(etagOf(version)) && !known.includes('*')) return false;
  void reply.status(304);
  return true;
}

/** What a caller has seen who sends `If-Match: *`: any version will do, as long as there is one (RFC 9110, 13.1.1). */
const anyVersion = Infinity;

/** The version that the caller has seen, from the If-Match header. @throws when it is missing (428) or not an ETag of this API (400). */
export const SeenVersion = createParamDecorator((_: undefined, context: ExecutionContext): number => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (header === undefined) throw new PreconditionRequired();
  if (header.trim() === '*') return anyVersion;
  const version = /^(?:W\/)?"(\d+)"$/.exec(header)?.[1];
  if (!version)
    throw new InvalidInput(`If-Match is ${header}; it should be the ETag of your last GET, such as "7", or * for any`, [
      { field: 'If-Match', expected: 'the ETag of your last GET, such as "7", or *' },
    ]);
  return Number(version);
});

/** Documents the If-Match header that {@link SeenVersion} reads. */
export const NeedsIfMatch = () =>
  applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: true,
      description:
        'The ETag of what you have seen, so that nobody overwrites what they have not read; `*` overwrites whatever is there.',
      schema: { type: 'string', example: '"1"' },
    }),
  );

/** Something is to be changed by a caller who does not say what they have seen of it. */
export class PreconditionRequired extends DomainError {
  readonly statusCode = 428;

  constructor() {
    super(
      'request.if-match-missing',
      'invalid',
      'Send If-Match with the ETag of your last GET, so that nobody overwrites what they have not read.',
      { field: 'If-Match' },
    );
  }
}

/** @throws {DomainError} `<what>.stale` when the thing has moved on since version `seen`. */
export function refuseStale(what: string, seen: number, current: number): void {
  if (seen !== current && seen !== anyVersion)
    throw new DomainError(
      `${what}.stale`,
      'stale',
      `You have seen version ${seen}; it is version ${current} now. Look again and decide afresh.`,
      { current },
    );
}
