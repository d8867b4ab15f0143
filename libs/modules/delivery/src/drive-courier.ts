import { Injectable } from '@nestjs/common';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { AcceptOfferHandler } from './accept-offer';
import { DeliverMealHandler } from './deliver-meal';
import { DeliveryRepository } from './delivery.repository';
import { isOpen } from './domain/search';
import { PickUpMealHandler } from './pick-up-meal';
import { DriveCourier } from './timers';

/** Does what a courier would do through the API. What has become impossible meanwhile is left undone. */
@Injectable()
export class DriveCourierHandler {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly acceptOffer: AcceptOfferHandler,
    private readonly pickUpMeal: PickUpMealHandler,
    private readonly deliverMeal: DeliverMealHandler,
  ) {}

  @Handles(DriveCourier, 'delivery.drive-courier')
  async handle(next: DataOf<typeof DriveCourier>, tx: Tx): Promise<void> {
    if (next.does === 'accept') {
      const { delivery, offer } = await this.deliveries.loadWithOffer(tx, next.offerId);
      if (isOpen(offer, tx.now)) this.acceptOffer.accept(tx, delivery, offer);
      return;
    }
    const { orderId, does, fence } = next;
    const delivery = await this.deliveries.findOfOrder(tx, orderId);
    if (delivery?.fence !== fence) return;
    if (does === 'pick-up' && delivery.status === 'assigned') this.pickUpMeal.pickUp(tx, delivery, fence);
    if (does === 'deliver' && delivery.status === 'picked-up') await this.deliverMeal.deliver(tx, delivery, fence);
  }
}
