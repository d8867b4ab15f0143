import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiResponse } from '@nestjs/swagger';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { overloaded } from '../core';

/** How late a process is with the work that it has accepted. */
export interface Load {
  /** How long the oldest accepted work has waited, in milliseconds. */
  readonly lagMs: number;
}

/** This route begins work that continues after its response, so its requests are refused first under overload. */
export const Sheddable = () =>
  applyDecorators(
    RouteConfig({ sheddable: true }),
    ApiResponse({
      status: 503,
      description: 'Too much is asked of us at the moment. Nothing was changed; `Retry-After` says when to come again.',
    }),
  );

/** Response header with the share of new work that is refused, above 0 and up to 1. A gateway can refuse the same share itself. */
export const refusedShareHeader = 'x-refused-share';

/**
 * Sheds new work while accepted work is late: a share that grows with the lag, from none at `maxLagMs` to all at twice that. A request is
 * refused before it costs anything else; at twice the sustainable load every second one is.
 *
 * Judging by how long things wait and not by how many do is CoDel's (Nichols and Jacobson, Controlling Queue Delay,
 * https://queue.acm.org/detail.cfm?id=2209336); refusing some before all, so that shedding does not oscillate, is RED's (Floyd and
 * Jacobson, Random Early Detection, 1993); letting requests through that bring accepted work to its end is Google's criticality
 * (https://sre.google/sre-book/handling-overload/).
 */
export function refuseNewWorkWhileLate(fastify: FastifyInstance, load: Load, maxLagMs: number): void {
  const share = () => Math.min(1, load.lagMs / maxLagMs - 1);
  fastify.addHook('onRequest', (request, _, done) => {
    done(sheddable(request) && Math.random() < share() ? overloaded() : undefined);
  });
  fastify.addHook('onSend', (request, reply, _, done) => {
    const refused = sheddable(request) ? share() : 0;
    if (refused > 0) void reply.header(refusedShareHeader, refused);
    done();
  });
}

function sheddable({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as { sheddable?: boolean }).sheddable ?? false;
}
