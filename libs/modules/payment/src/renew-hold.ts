import { Injectable } from '@nestjs/common';
import type { DataOf, Message } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import { renewHold } from './domain/commands';
import { ProviderCalls, type Recording } from './provider-calls';
import { RenewHold } from './timers';

type Data = DataOf<typeof RenewHold>;

/** Holds the money anew before the present hold ends. Where that is refused, the order has to be stopped: `payment.expiring`. */
@Injectable()
export class RenewHoldHandler {
  constructor(private readonly calls: ProviderCalls) {}

  @HandlesOutside(RenewHold, 'payment.renew-hold')
  async handle(_: Data, message: Message<Data>): Promise<Recording> {
    const payment = await this.calls.record(message, renewHold);
    return this.calls.make(payment);
  }
}
