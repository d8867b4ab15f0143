import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { transactionOf } from '@thali/kit/nest';
import type { Tx } from '@thali/kit/postgres';
import { DeliveryRepository } from './delivery.repository';
import { tripOf, type Trip } from './delivery.view';
import { Dispatch } from './dispatch';
import type { Delivery } from './domain/delivery';
import { deliver, type FencingToken } from './domain/journey';

/** The customer has the meal. Saying so again changes nothing. */
export class DeliverMeal extends Command<Trip> {
  constructor(
    readonly deliveryId: string,
    readonly fence: FencingToken,
  ) {
    super();
  }
}

@Injectable()
@CommandHandler(DeliverMeal)
export class DeliverMealHandler implements ICommandHandler<DeliverMeal> {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly dispatch: Dispatch,
  ) {}

  /** @throws {DomainError} `delivery.not-found`, or (conflict) that it is not on its way, or no longer theirs to deliver. */
  async execute(command: DeliverMeal): Promise<Trip> {
    const tx = transactionOf(command);
    const { deliveryId, fence } = command;
    return tripOf(await this.deliver(tx, await this.deliveries.load(tx, deliveryId), fence));
  }

  /** Delivers the meal, for a courier on autopilot, too. @returns the delivery as it is now. */
  async deliver(tx: Tx, before: Delivery, fence: FencingToken): Promise<Delivery> {
    const events = deliver(before, fence);
    if (events.length === 0) return before;
    const delivery = this.deliveries.save(tx, before, events);
    await this.dispatch.releaseCourier(tx, delivery.orderId, { assignment: 'delivered' });
    return delivery;
  }
}
