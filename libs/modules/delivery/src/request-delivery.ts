import { Injectable } from '@nestjs/common';
import { RequestDelivery, deliveryIdOf } from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { Dispatch } from './dispatch';
import { requestDelivery } from './domain/delivery';
import { DeliverySettings } from './settings';

@Injectable()
export class RequestDeliveryHandler {
  constructor(
    private readonly dispatch: Dispatch,
    private readonly settings: DeliverySettings,
  ) {}

  @Handles(RequestDelivery, 'delivery.request')
  async handle({ orderId, ...route }: DataOf<typeof RequestDelivery>, tx: Tx): Promise<void> {
    const deliveryId = deliveryIdOf(orderId);
    const searchUntil = new Date(tx.now.getTime() + this.settings.searchWithinMs);
    // The order has a delivery already when it was cancelled before this request arrived: then that one stands.
    await this.dispatch.addAndOffer(tx, requestDelivery({ orderId, deliveryId, route, searchUntil }));
  }
}
