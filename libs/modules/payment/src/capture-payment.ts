import { Injectable } from '@nestjs/common';
import { CapturePayment } from '@thali/contracts';
import type { DataOf, Message } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import { capturePayment } from './domain/commands';
import { ProviderCalls, type Recording } from './provider-calls';

type Data = DataOf<typeof CapturePayment>;

/** Takes what is due, and releases the rest. */
@Injectable()
export class CapturePaymentHandler {
  constructor(private readonly calls: ProviderCalls) {}

  @HandlesOutside(CapturePayment, 'payment.capture')
  async handle(data: Data, message: Message<Data>): Promise<Recording> {
    const payment = await this.calls.record(message, (before) => capturePayment(before, data));
    return this.calls.make(payment);
  }
}
