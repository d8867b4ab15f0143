import { ApiExtension } from '@nestjs/swagger';
import { DomainError } from '../core';
import { problemOf, type Problem } from './problem';

/** Where the refusals of an operation wait until {@link describeRefusals} makes responses of them. */
export const refusalsExtension = 'x-refusals';

/**
 * Documents what the route refuses, besides what every route of its kind does. Each is an example of the error itself, or a rule that throws
 * it, so that the document says what callers will read.
 *
 * @example
 * \@Refuses(orderNotFound(anOrderId), () => refuseWhileClosed(aClosedRestaurant, now))
 */
export function Refuses(...refusals: readonly (DomainError | (() => unknown))[]): MethodDecorator {
  return ApiExtension(refusalsExtension, refusals.map(exampleOf)) as MethodDecorator;
}

/** @throws {Error} when the rule throws no refusal: the document would show something that does not happen. */
function exampleOf(refusal: DomainError | (() => unknown)): Problem {
  if (refusal instanceof DomainError) return problemOf(refusal);
  try {
    refusal();
  } catch (error) {
    if (error instanceof DomainError) return problemOf(error);
    throw error;
  }
  throw new Error(`this example refuses nothing: ${String(refusal)}`);
}
