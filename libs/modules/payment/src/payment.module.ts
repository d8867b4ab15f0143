import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { Kit, Runtime, provideSettings } from '@thali/kit/nest';
import { repositoriesOf } from '@thali/kit/postgres/repositories';
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
import { ProviderCalls } from './provider-calls';
import { ReceiveWebhookHandler } from './receive-webhook';
import { RequestRefundHandler } from './request-refund';
import { PaymentSettings } from './settings';
import { SettlePaymentHandler } from './settle-payment';
import { startOwnBank } from './own-bank';
import { RenewHoldHandler } from './renew-hold';
import { entities } from './entities';
import { LookUpDisputeHandler } from './look-up-dispute';
import { LookUpPayoutHandler } from './look-up-payout';
import { ProviderConnection } from './stripe/provider-connection';
import { stripeClient } from './stripe/stripe-client';
import { StripeProvider } from './stripe/stripe-provider';

/** Where no provider is named, this process brings its own bank. It closes last: messages that are being handled may still call it. */
const connection = {
  provide: ProviderConnection,
  inject: [Runtime, PaymentSettings, HttpAdapterHost],
  useFactory: async (runtime: Runtime, settings: PaymentSettings, http: HttpAdapterHost) => {
    const { answerWithinMs, provider } = settings;
    const bank = provider.url === undefined ? await startOwnBank(runtime, settings, http) : undefined;
    if (bank) runtime.closeLast(() => bank.stop());
    const { url = provider.url ?? '' } = bank ?? {};
    return new ProviderConnection(stripeClient({ url, secretKey: provider.secretKey, answerWithinMs }));
  },
};

@Module({
  imports: [CqrsModule, Kit.forModule({ name: 'payment', migrations })],
  controllers: [PaymentController],
  providers: [
    provideSettings(PaymentSettings),
    ...repositoriesOf(entities),
    connection,
    { provide: PaymentProvider, useClass: StripeProvider },
    PaymentRepository,
    PaymentReader,
    ProviderCalls,
    AuthorizePaymentHandler,
    CapturePaymentHandler,
    AdjustPaymentHandler,
    CancelPaymentHandler,
    ContinuePaymentHandler,
    SettlePaymentHandler,
    RequestRefundHandler,
    ReceiveWebhookHandler,
    RenewHoldHandler,
    LookUpDisputeHandler,
    LookUpPayoutHandler,
  ],
})
export class PaymentModule {}
