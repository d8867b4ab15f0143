import { Injectable } from '@nestjs/common';
import type { DataOf, Message } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import { unchanged } from './domain/payment';
import { ProviderCalls, type Recording } from './provider-calls';
import { ContinuePayment } from './timers';

type Data = DataOf<typeof ContinuePayment>;

/** Makes the call that is open: the next of several, or one that is in doubt. */
@Injectable()
export class ContinuePaymentHandler {
  constructor(private readonly calls: ProviderCalls) {}

  @HandlesOutside(ContinuePayment, 'payment.continue')
  async handle(_: Data, message: Message<Data>): Promise<Recording> {
    const payment = await this.calls.record(message, unchanged);
    return this.calls.make(payment);
  }
}
