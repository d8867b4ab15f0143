import { Injectable } from '@nestjs/common';
import { AdjustPayment } from '@thali/contracts';
import type { DataOf, Message } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import { adjustPayment } from './domain/commands';
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
