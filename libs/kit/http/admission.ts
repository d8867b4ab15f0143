import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiResponse } from '@nestjs/swagger';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { overloaded } from '../core';
import { StandingDelay } from './standing-delay';

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

/** How long the lag may be too much, and how often it is observed. */
const intervalMs = 500;
const observeEveryMs = 100;

/**
 * Refuses new work while work that was accepted before is late and stays late, so that what is accepted is done in good time: the more, the
 * later it is, and all of it when the standing lag is twice what is allowed. Refusing comes before anything else that a request costs: at
 * twice the load that a process can take, every second request is refused.
 *
 * Judging by how long things wait, and for how long they have waited as long as that, is CoDel's (see {@link StandingDelay}); refusing some
 * before all, so that shedding does not oscillate, is RED's (Floyd and Jacobson, Random Early Detection, 1993); letting requests through that
 * bring accepted work to its end is Google's criticality (https://sre.google/sre-book/handling-overload/).
 */
export function refuseNewWorkWhileLate(fastify: FastifyInstance, load: Load, maxLagMs: number): void {
  const standing = new StandingDelay(maxLagMs, intervalMs);
  const share = () => Math.min(1, standing.observe(performance.now(), load.lagMs) / maxLagMs - 1);
  const observing = setInterval(share, observeEveryMs).unref();
  fastify.addHook('onClose', async () => clearInterval(observing));
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
