import { Injectable } from '@nestjs/common';
import { CancelDelivery, DeliveryCancelled, deliveryIdOf } from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { Handles, cancelScheduled, send } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { DeliveryRepository } from './delivery.repository';
import { Dispatch } from './dispatch';
import { tombstone, type Delivery } from './domain/delivery';
import { cancel } from './domain/journey';
import { ContinueSearch } from './timers';

@Injectable()
export class CancelDeliveryHandler {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly dispatch: Dispatch,
  ) {}

  @Handles(CancelDelivery, 'delivery.cancel')
  async handle({ orderId, reason }: DataOf<typeof CancelDelivery>, tx: Tx): Promise<void> {
    const delivery = await this.deliveries.findOfOrder(tx, orderId);
    if (delivery) await this.cancel(tx, delivery, reason);
    else this.deliveries.add(tx, tombstone({ orderId, deliveryId: deliveryIdOf(orderId), searchUntil: tx.now }));
    send(tx, DeliveryCancelled({ orderId }));
  }

  private async cancel(tx: Tx, delivery: Delivery, reason: string): Promise<void> {
    const { orderId } = delivery;
    const events = cancel(delivery, reason);
    if (events.length === 0) return;
    this.deliveries.save(tx, delivery, events);
    await this.dispatch.releaseCourier(tx, orderId, { offer: 'withdrawn', assignment: 'called-off', reason });
    if (delivery.status === 'searching') cancelScheduled(tx, ContinueSearch, orderId);
  }
}
