import { Injectable } from '@nestjs/common';
import { CollectMeal } from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { DeliveryRepository } from './delivery.repository';
import { readyMeal } from './domain/journey';
import { DeliverySettings } from './settings';
import { scheduleAutopilot } from './timers';

@Injectable()
export class CollectMealHandler {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly settings: DeliverySettings,
  ) {}

  @Handles(CollectMeal, 'delivery.collect')
  async handle({ orderId }: DataOf<typeof CollectMeal>, tx: Tx): Promise<void> {
    const delivery = await this.deliveries.findOfOrder(tx, orderId);
    // Its request has its own queue and may be late: trying again is what helps.
    if (!delivery) throw new Error(`the meal of ${orderId} is ready, but no delivery was requested yet`);
    const events = readyMeal(delivery);
    if (events.length === 0) return;
    scheduleAutopilot(tx, this.deliveries.save(tx, delivery, events), this.settings.autopilot);
  }
}
