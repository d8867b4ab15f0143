import {
  Injectable,
  SetMetadata,
  applyDecorators,
  createParamDecorator,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { DomainError } from '../core';
import { fingerprintOf, once, type RepeatableRequest } from '../idempotency';
import { Database, StaleVersion, type Tx } from '../postgres';
import { Readiness } from '../telemetry';
import { InvalidInput } from './input';
import { Semaphore } from './semaphore';

const transactions = new WeakMap<object, Tx>();
const keyRequired = 'kit:idempotency-key-required';
/**
 * Requests of a module that read at the same time. They share its connections with those that move messages; some only wait for
 * another module, and must not keep the others from reading.
 */
const readers = 256;
const keptHeaders = ['location', 'etag'] as const;

/** The transaction that the {@link UnitOfWork} interceptor opened for this request. */
export const InTransaction = createParamDecorator((_: undefined, context: ExecutionContext): Tx => {
  const tx = transactions.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (!tx)
    throw new Error(
      'a route that asks for @InTransaction() needs @UseInterceptors(UnitOfWork) on its controller, and must not be a GET',
    );
  return tx;
});

/** How the header is documented. */
export const keyParameter = {
  name: 'Idempotency-Key',
  description: 'Chosen by the sender, one per intention. Repeating it repeats the answer, not the effect.',
  schema: { type: 'string' as const, minLength: 1, maxLength: 128 },
};

/** This route refuses requests without an `Idempotency-Key`. The other POSTs honour one when it is there. */
export const Idempotent = () =>
  applyDecorators(
    SetMetadata(keyRequired, true),
    ApiHeader({
      ...keyParameter,
      required: true,
      schema: { ...keyParameter.schema, example: 'my-first-order' },
    }),
  );

/**
 * Runs each request that is not a GET in one transaction of the controller's module. It commits before the response is sent, together with
 * the response itself if the request has an Idempotency-Key. The route handler may run twice, see `Database.transaction`. When requests
 * queue too long, further ones are refused (`service.overloaded`); messages go first. Requests with the same first id in their path run one
 * after another, so that they do not conflict; one that conflicts with other processes again and again is refused (`request.contended`).
 */
@Injectable()
export class UnitOfWork implements NestInterceptor {
  private readonly running = new Set<string>();
  private readonly semaphore = new Semaphore(readers, this.readiness.shedAfterMs);

  constructor(
    private readonly db: Database,
    private readonly reflector: Reflector,
    private readonly readiness: Readiness,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.method === 'GET' || request.method === 'HEAD') return from(this.read(next));
    const required = this.reflector.get<boolean | undefined>(keyRequired, context.getHandler()) ?? false;
    const repeatable = repeatableOf(request, required);
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const answer = repeatable
      ? this.onceAtATime(repeatable, () => this.run(request, reply, next, repeatable))
      : this.run(request, reply, next);
    return from(answer);
  }

  private async read(next: CallHandler): Promise<unknown> {
    await this.semaphore.take();
    try {
      return await handle(next);
    } finally {
      this.semaphore.leave();
    }
  }

  private run(
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler,
    repeatable?: RepeatableRequest,
  ): Promise<unknown> {
    const work = async (tx: Tx) => {
      transactions.set(request, tx);
      if (!repeatable) return handle(next);
      const answer = await once(tx, repeatable, async () => ({ body: await handle(next), headers: kept(reply) }));
      void reply.headers(answer.headers);
      return answer.body;
    };
    const turn = { shedAfterMs: this.readiness.shedAfterMs, key: subjectOf(request) };
    return this.db.transaction(work, { correlationId: request.id, causationId: null }, turn).catch((error: unknown) => {
      throw error instanceof StaleVersion ? contended() : error;
    });
  }

  private async onceAtATime(request: RepeatableRequest, work: () => Promise<unknown>): Promise<unknown> {
    const name = `${request.principal} ${request.route} ${request.key}`;
    if (this.running.has(name)) throw stillRunning();
    this.running.add(name);
    try {
      return await work();
    } finally {
      this.running.delete(name);
    }
  }
}

function handle(next: CallHandler): Promise<unknown> {
  return lastValueFrom(next.handle() as Observable<unknown>, { defaultValue: undefined });
}

/** What a request is about: the first id in its path. */
function subjectOf({ params }: FastifyRequest): string | undefined {
  return Object.values(params as Record<string, string>)[0];
}

/** The same request came before, and has not been answered yet. */
export function stillRunning(): DomainError {
  const detail = 'A request with this Idempotency-Key is being worked on. Ask again in a second.';
  return new DomainError('request.still-running', 'conflict', detail, { retryAfterSeconds: 1 });
}

/** The request met others again and again. */
export function contended(): DomainError {
  const detail =
    'Others are changing the same at this moment. Nothing was changed by this request: repeat it in a second.';
  return new DomainError('request.contended', 'conflict', detail, { retryAfterSeconds: 1 });
}

function repeatableOf(request: FastifyRequest, required: boolean): RepeatableRequest | undefined {
  const key = request.headers['idempotency-key'];
  if (typeof key === 'string' && /^[\x21-\x7e]{1,128}$/.test(key)) {
    const principal = (request as { principal?: string }).principal ?? 'anonymous';
    return {
      principal,
      key,
      route: `${request.method} ${request.routeOptions.url}`,
      fingerprint: fingerprintOf(request.url, request.body ?? null),
    };
  }
  if (!required && key === undefined) return undefined;
  const expected = '1 to 128 visible ASCII characters, chosen anew for each thing you want done';
  throw new InvalidInput(`Idempotency-Key: ${expected}`, [{ field: 'Idempotency-Key', expected }]);
}

function kept(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(
    keptHeaders.flatMap((name) => (reply.getHeader(name) === undefined ? [] : [[name, String(reply.getHeader(name))]])),
  );
}
