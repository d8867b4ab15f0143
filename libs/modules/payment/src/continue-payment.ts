import { Injectable } from '@nestjs/common';
import type { DataOf, Message } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import { unchanged } from './domain/payment';
import { ContinuePayment } from './domain/timers';
import { PursueCall, type Recording } from './pursue-call';

type Reminder = DataOf<typeof ContinuePayment>;

/** Makes the call that is open: the next of several, or one that is in doubt. */
@Injectable()
export class ContinuePaymentHandler {
  constructor(private readonly pursue: PursueCall) {}

  @HandlesOutside(ContinuePayment, 'payment.continue')
  handle(_: Reminder, message: Message<Reminder>): Promise<Recording> {
    return this.pursue.now(message, unchanged);
  }
}
