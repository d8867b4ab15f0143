import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../core';
import { InvalidInput } from './input';

/**
 * The entity tag of a version: `"7"`; or `"7.k3s"`, where the answer also holds what changes without a new version.
 *
 * @param state names the state of the latter, in letters, digits, `-` and `_`.
 */
export const etagOf = (version: number, state?: string): string => `"${version}${state ? `.${state}` : ''}"`;

/** Tags the answer as {@link etagOf} does. @returns true when the client has this answer already: answer 304 and no body. */
export function tag(request: FastifyRequest, reply: FastifyReply, version: number, state?: string): boolean {
  const etag = etagOf(version, state);
  void reply.header('etag', etag);
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (!known.includes(etag) && !known.includes('*')) return false;
  void reply.status(304);
  return true;
}

/** What a caller has seen who sends `If-Match: *`: any version will do, as long as there is one (RFC 9110, 13.1.1). */
const anyVersion = Infinity;

/**
 * The version that the client has seen, from the If-Match header, whatever state the ETag names beside it.
 * @throws when it is missing (428), unless it is `optional`, or not an ETag of this API (400).
 */
export const SeenVersion = createParamDecorator((need: 'optional' | undefined, context: ExecutionContext) => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (header === undefined && need === 'optional') return undefined;
  if (header === undefined) throw new PreconditionRequired();
  if (header.trim() === '*') return anyVersion;
  const version = /^(?:W\/)?"(\d+)(?:\.[\w-]+)?"$/.exec(header)?.[1];
  if (!version)
    throw new InvalidInput(`If-Match is ${header}; it should be the ETag of your last GET, such as "7", or * for any`, [
      { field: 'If-Match', expected: 'the ETag of your last GET, such as "7", or *' },
    ]);
  return Number(version);
});

/** Documents the If-Match header that {@link SeenVersion} reads. */
export const NeedsIfMatch = (need?: 'optional') =>
  applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: need !== 'optional',
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
