import { Injectable } from '@nestjs/common';
import { AdjustPayment } from '@thali/contracts';
import type { DataOf, Message } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import { adjustPayment } from './domain/commands';
import { ProviderCalls, type Recording } from './provider-calls';

type Data = DataOf<typeof AdjustPayment>;

/** Holds another amount, because the order was revised. */
@Injectable()
export class AdjustPaymentHandler {
  constructor(private readonly calls: ProviderCalls) {}

  @HandlesOutside(AdjustPayment, 'payment.adjust')
  async handle(data: Data, message: Message<Data>): Promise<Recording> {
    const payment = await this.calls.record(message, (before) => adjustPayment(before, data));
    return this.calls.make(payment);
  }
}
