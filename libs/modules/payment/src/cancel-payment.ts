import { Injectable } from '@nestjs/common';
import { CancelPayment } from '@thali/contracts';
import type { DataOf, Message } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import { cancelPayment } from './domain/commands';
import { PursueCall, type Recording } from './pursue-call';

type Wish = DataOf<typeof CancelPayment>;

/** Gives back what was held, taken, or may have been, but for what is to be kept. */
@Injectable()
export class CancelPaymentHandler {
  constructor(private readonly pursue: PursueCall) {}

  @HandlesOutside(CancelPayment, 'payment.cancel')
  handle({ keep }: Wish, message: Message<Wish>): Promise<Recording> {
    return this.pursue.now(message, (payment) => cancelPayment(payment, keep?.amount ?? 0));
  }
}
