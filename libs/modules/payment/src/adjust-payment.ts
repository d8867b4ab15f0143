import { Injectable } from '@nestjs/common';
import { AdjustPayment } from '@thali/contracts';
import type { DataOf, Message } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/event-bus';
import { adjustPayment } from './domain/wishes';
import { PursueCall, type Recording } from './pursue-call';

type Wish = DataOf<typeof AdjustPayment>;

/** Holds another amount, because the order was revised. */
@Injectable()
export class AdjustPaymentHandler {
  constructor(private readonly pursue: PursueCall) {}

  @HandlesOutside(AdjustPayment, 'payment.adjust')
  handle(wish: Wish, message: Message<Wish>): Promise<Recording> {
    return this.pursue.now(message, (payment) => adjustPayment(payment, wish));
  }
}
