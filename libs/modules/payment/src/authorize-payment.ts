import { Injectable } from '@nestjs/common';
import { AuthorizePayment } from '@thali/contracts';
import type { DataOf, Message } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import { authorizePayment } from './domain/commands';
import { PursueCall, type Recording } from './pursue-call';
import { PaymentSettings } from './settings';

type Wish = DataOf<typeof AuthorizePayment>;

/** Holds the money. While the provider is silent this handler waits, so many may wait at once. */
@Injectable()
export class AuthorizePaymentHandler {
  constructor(
    private readonly pursue: PursueCall,
    private readonly settings: PaymentSettings,
  ) {}

  @HandlesOutside(AuthorizePayment, 'payment.authorize')
  handle(wish: Wish, message: Message<Wish>): Promise<Recording> {
    const { shares } = this.settings;
    return this.pursue.now(message, (payment) => authorizePayment(payment, { ...wish, shares }));
  }
}
