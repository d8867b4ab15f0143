import { Injectable } from '@nestjs/common';
import { AuthorizePayment } from '@thali/contracts';
import type { DataOf, Message } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import { authorizePayment } from './domain/commands';
import { ProviderCalls, type Recording } from './provider-calls';
import { PaymentSettings } from './settings';

type Data = DataOf<typeof AuthorizePayment>;

/** Holds the money. The handler waits for the provider with no transaction open, so many may wait at once. */
@Injectable()
export class AuthorizePaymentHandler {
  constructor(
    private readonly calls: ProviderCalls,
    private readonly settings: PaymentSettings,
  ) {}

  @HandlesOutside(AuthorizePayment, 'payment.authorize')
  async handle(data: Data, message: Message<Data>): Promise<Recording> {
    const payment = await this.calls.record(message, (before) =>
      authorizePayment(before, { ...data, shares: this.settings.shares }),
    );
    return this.calls.make(payment);
  }
}
