import { Injectable } from '@nestjs/common';
import { CancelPayment } from '@thali/contracts';
import type { DataOf, Message } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import { cancelPayment } from './domain/commands';
import { ProviderCalls, type Recording } from './provider-calls';

type Data = DataOf<typeof CancelPayment>;

/** Gives back what was held, taken, or may have been, but for what is to be kept. */
@Injectable()
export class CancelPaymentHandler {
  constructor(private readonly calls: ProviderCalls) {}

  @HandlesOutside(CancelPayment, 'payment.cancel')
  async handle({ keep }: Data, message: Message<Data>): Promise<Recording> {
    const payment = await this.calls.record(message, (before) => cancelPayment(before, keep?.amount ?? 0));
    return this.calls.make(payment);
  }
}
