import { Injectable } from '@nestjs/common';
import { CapturePayment } from '@thali/contracts';
import type { DataOf, Message } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import { capturePayment } from './domain/commands';
import { PursueCall, type Recording } from './pursue-call';

type Wish = DataOf<typeof CapturePayment>;

/** Takes what is due, and releases the rest. */
@Injectable()
export class CapturePaymentHandler {
  constructor(private readonly pursue: PursueCall) {}

  @HandlesOutside(CapturePayment, 'payment.capture')
  handle({ amount }: Wish, message: Message<Wish>): Promise<Recording> {
    return this.pursue.now(message, (payment) => capturePayment(payment, amount));
  }
}
