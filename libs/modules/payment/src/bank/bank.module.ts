import { Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Kit, provideSettings } from '@thali/kit/nest';
import type { FastifyInstance } from 'fastify';
import { Bank } from './bank';
import { BankController } from './bank.controller';
import { BankSettings } from './bank.settings';
import { readForm } from './form';
import { migrations } from './migrations';
import { ProviderLog } from './provider-log';
import { SendEventHandler, WebhookTarget } from './send-event';

const formType = 'application/x-www-form-urlencoded';

/** The payment provider that Thali plays with: it speaks the part of Stripe's dialect that Thali uses, and has a database of its own. */
@Module({
  imports: [Kit.forModule({ name: 'bank', migrations })],
  controllers: [BankController],
  providers: [provideSettings(BankSettings), Bank, ProviderLog, SendEventHandler, WebhookTarget],
})
export class BankModule implements OnModuleInit {
  constructor(private readonly http: HttpAdapterHost) {}

  /** Stripe's clients send forms. */
  onModuleInit(): void {
    const fastify = this.http.httpAdapter.getInstance<FastifyInstance>();
    if (fastify.hasContentTypeParser(formType)) fastify.removeContentTypeParser(formType);
    fastify.addContentTypeParser(formType, { parseAs: 'string' }, (_, text, done) =>
      done(null, { text, fields: readForm(String(text)) }),
    );
  }
}
