import { Module } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { Kit, provideSettings, inTransaction } from '@thali/kit/nest';
import { Log } from '@thali/kit/core';
import { Database } from '@thali/kit/postgres';
import { AdjustPaymentHandler } from './adjust-payment';
import { AuthorizePaymentHandler } from './authorize-payment';
import { CancelPaymentHandler } from './cancel-payment';
import { CapturePaymentHandler } from './capture-payment';
import { ContinuePaymentHandler } from './continue-payment';
import { migrations } from './migrations';
import { PaymentController } from './payment.controller';
import { PaymentProvider } from './payment-provider';
import { PaymentRepository } from './payment.repository';
import { PaymentReader } from './payment.view';
import { PursueCall } from './pursue-call';
import { ReceiveWebhook, ReceiveWebhookHandler } from './receive-webhook';
import { RequestRefundHandler } from './request-refund';
import { PaymentSettings } from './settings';
import { SettlePaymentHandler } from './settle-payment';
import { ProviderLog } from './simulator/provider-log';
import { ProviderSimulator } from './simulator/provider-simulator';
import { signWebhook, type WebhookEvent } from './webhook';

/** The simulated provider sends its webhooks through the same door as a real one: signed, and in a transaction of their own. */
const provider = {
  provide: PaymentProvider,
  inject: [Database, PaymentSettings, CommandBus, Log],
  useFactory: (db: Database, { simulator, webhookSecrets }: PaymentSettings, commands: CommandBus, log: Log) => {
    const notify = (event: WebhookEvent) => {
      const rawBody = JSON.stringify(event);
      const signature = signWebhook(rawBody, webhookSecrets[0], new Date());
      return db.transaction((tx) => commands.execute(inTransaction(tx, new ReceiveWebhook(rawBody, signature))));
    };
    return new ProviderSimulator(new ProviderLog(db), simulator, notify, log);
  },
};

@Module({
  imports: [CqrsModule, Kit.forModule({ name: 'payment', migrations })],
  controllers: [PaymentController],
  providers: [
    provideSettings(PaymentSettings),
    provider,
    PaymentRepository,
    PaymentReader,
    PursueCall,
    AuthorizePaymentHandler,
    CapturePaymentHandler,
    AdjustPaymentHandler,
    CancelPaymentHandler,
    ContinuePaymentHandler,
    SettlePaymentHandler,
    RequestRefundHandler,
    ReceiveWebhookHandler,
  ],
})
export class PaymentModule {}
