import { Injectable } from '@nestjs/common';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { ChangeDelivery } from './change-delivery';
import { DeliveryRepository } from './delivery.repository';
import { deliver, pickUp } from './domain/journey';
import { acceptOffer, isOpen } from './domain/search';
import { DriveCourier } from './timers';

/** Does what a courier would do through the API. What has become impossible meanwhile is left undone. */
@Injectable()
export class DriveCourierHandler {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly change: ChangeDelivery,
  ) {}

  @Handles(DriveCourier, 'delivery.drive-courier')
  async handle(next: DataOf<typeof DriveCourier>, tx: Tx): Promise<void> {
    if (next.does === 'accept') {
      const { delivery, offer } = await this.deliveries.withOffer(tx, next.offerId);
      if (isOpen(offer, tx.now)) await this.change.apply(tx, delivery, acceptOffer(delivery, offer, tx.now));
      return;
    }
    const delivery = await this.deliveries.ofOrder(tx, next.orderId);
    if (delivery?.fence !== next.fence) return;
    const { does, fence } = next;
    if (does === 'pick-up' && delivery.status === 'assigned') {
      await this.change.apply(tx, delivery, pickUp(delivery, fence));
    }
    if (does === 'deliver' && delivery.status === 'picked-up') {
      await this.change.apply(tx, delivery, deliver(delivery, fence));
    }
  }
}
