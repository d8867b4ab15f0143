import { Injectable } from '@nestjs/common';
import { CollectMeal } from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { ChangeDelivery } from './change-delivery';
import { DeliveryRepository } from './delivery.repository';
import { readyMeal } from './domain/journey';

@Injectable()
export class CollectMealHandler {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly change: ChangeDelivery,
  ) {}

  @Handles(CollectMeal, 'delivery.collect')
  async handle({ orderId }: DataOf<typeof CollectMeal>, tx: Tx): Promise<void> {
    const delivery = await this.deliveries.ofOrder(tx, orderId);
    // Its request has its own queue and may be late: trying again is what helps.
    if (!delivery) throw new Error(`the meal of ${orderId} is ready, but no delivery was requested yet`);
    await this.change.apply(tx, delivery, readyMeal(delivery));
  }
}
