import { Injectable } from '@nestjs/common';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { DeliveryRepository } from './delivery.repository';
import { Dispatch } from './dispatch';
import { expireOffer, lookAgain } from './domain/search';
import { ContinueSearch } from './timers';

@Injectable()
export class ContinueSearchHandler {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly dispatch: Dispatch,
  ) {}

  @Handles(ContinueSearch, 'delivery.continue-search')
  async handle({ orderId, offerId }: DataOf<typeof ContinueSearch>, tx: Tx): Promise<void> {
    if (offerId) await this.expire(tx, offerId);
    else await this.lookAgain(tx, orderId);
  }

  private async expire(tx: Tx, offerId: string): Promise<void> {
    const { delivery, offer } = await this.deliveries.loadWithOffer(tx, offerId);
    const events = expireOffer(delivery, offer, tx.now);
    if (events.length === 0) return;
    const after = this.deliveries.save(tx, delivery, events);
    await this.dispatch.releaseCourier(tx, after.orderId, { offer: 'expired' });
    await this.dispatch.continueSearch(tx, after);
  }

  private async lookAgain(tx: Tx, orderId: string): Promise<void> {
    const delivery = await this.deliveries.findOfOrder(tx, orderId);
    const events = delivery ? lookAgain(delivery, tx.now) : [];
    if (!delivery || events.length === 0) return;
    await this.dispatch.continueSearch(tx, this.deliveries.save(tx, delivery, events));
  }
}
