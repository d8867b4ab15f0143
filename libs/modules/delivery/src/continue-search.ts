import { Injectable } from '@nestjs/common';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { ChangeDelivery } from './change-delivery';
import { DeliveryRepository } from './delivery.repository';
import { expireOffer, lookAgain } from './domain/search';
import { ContinueSearch } from './timers';

@Injectable()
export class ContinueSearchHandler {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly change: ChangeDelivery,
  ) {}

  @Handles(ContinueSearch, 'delivery.continue-search')
  async handle({ orderId, offerId }: DataOf<typeof ContinueSearch>, tx: Tx): Promise<void> {
    if (offerId) {
      const { delivery, offer } = await this.deliveries.withOffer(tx, offerId);
      await this.change.apply(tx, delivery, expireOffer(delivery, offer, tx.now));
      return;
    }
    const delivery = await this.deliveries.ofOrder(tx, orderId);
    if (delivery) await this.change.apply(tx, delivery, lookAgain(delivery, tx.now));
  }
}
