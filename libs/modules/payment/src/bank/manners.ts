import {
  Catch,
  Injectable,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
} from '@nestjs/common';
import { Log, messageOf } from '@thali/kit/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { timingSafeEqual } from 'node:crypto';
import { BankSettings } from './bank.settings';
import { StripeError, unauthorized } from './errors';

/** Lets in shops that show the secret key. */
@Injectable()
export class KnowsTheKey implements CanActivate {
  constructor(private readonly settings: BankSettings) {}

  canActivate(context: ExecutionContext): boolean {
    const { authorization = '' } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    const [given, expected] = [authorization, `Bearer ${this.settings.secretKey}`].map((text) => Buffer.from(text));
    if (given && expected && given.length === expected.length && timingSafeEqual(given, expected)) return true;
    throw unauthorized();
  }
}

/** Puts every failure as Stripe does. */
@Injectable()
@Catch()
export class StripeErrors implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const known = error instanceof StripeError;
    if (!known) this.log.error({ err: error }, messageOf(error));
    const body = known ? error.error : { type: 'api_error', message: 'An unknown error occurred.' };
    void reply
      .status(known ? error.status : 500)
      .header('content-type', 'application/json')
      .send(JSON.stringify({ error: body }));
  }
}
