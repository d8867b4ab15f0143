import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { transactionOf } from '@thali/kit/nest';
import type { Tx } from '@thali/kit/postgres';
import { DeliveryRepository } from './delivery.repository';
import { tripOf, type Trip } from './delivery.view';
import type { Delivery } from './domain/delivery';
import { pickUp, type FencingToken } from './domain/journey';
import { DeliverySettings } from './settings';
import { scheduleAutopilot } from './timers';

/** The courier has the meal. Saying so again changes nothing. */
export class PickUpMeal extends Command<Trip> {
  constructor(
    readonly deliveryId: string,
    readonly fence: FencingToken,
  ) {
    super();
  }
}

@Injectable()
@CommandHandler(PickUpMeal)
export class PickUpMealHandler implements ICommandHandler<PickUpMeal> {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly settings: DeliverySettings,
  ) {}

  /** @throws {DomainError} `delivery.not-found`, or (conflict) that the meal is not ready, or no longer theirs to pick up. */
  async execute(command: PickUpMeal): Promise<Trip> {
    const tx = transactionOf(command);
    const { deliveryId, fence } = command;
    return tripOf(this.pickUp(tx, await this.deliveries.load(tx, deliveryId), fence));
  }

  /** Picks the meal up, for a courier on autopilot, too. @returns the delivery as it is now. */
  pickUp(tx: Tx, before: Delivery, fence: FencingToken): Delivery {
    const events = pickUp(before, fence);
    if (events.length === 0) return before;
    const delivery = this.deliveries.save(tx, before, events);
    scheduleAutopilot(tx, delivery, this.settings.autopilot);
    return delivery;
  }
}
