import { Injectable } from '@nestjs/common';
import { CancelDelivery, DeliveryCancelled, deliveryIdOf } from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { Handles, send } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { ChangeDelivery } from './change-delivery';
import { DeliveryRepository } from './delivery.repository';
import { neverAskedFor } from './domain/delivery';
import { cancel } from './domain/journey';

@Injectable()
export class CancelDeliveryHandler {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly change: ChangeDelivery,
  ) {}

  @Handles(CancelDelivery, 'delivery.cancel')
  async handle({ orderId, reason }: DataOf<typeof CancelDelivery>, tx: Tx): Promise<void> {
    const delivery = await this.deliveries.ofOrder(tx, orderId);
    if (delivery) await this.change.apply(tx, delivery, cancel(delivery, reason));
    else this.standInTheWay(tx, orderId);
    send(tx, DeliveryCancelled({ orderId }));
  }

  private standInTheWay(tx: Tx, orderId: string): void {
    this.deliveries.add(tx, neverAskedFor({ orderId, deliveryId: deliveryIdOf(orderId), searchUntil: tx.now }));
  }
}
