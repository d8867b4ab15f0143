import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { transactionOf } from '@thali/kit/nest';
import { ChangeDelivery } from './change-delivery';
import { DeliveryRepository } from './delivery.repository';
import { tripOf, type Trip } from './delivery.view';
import { pickUp, type Speaker } from './domain/journey';

/** The courier has the meal. Saying so again changes nothing. */
export class PickUpMeal extends Command<Trip> {
  constructor(
    readonly deliveryId: string,
    readonly speaker: Speaker,
  ) {
    super();
  }
}

@CommandHandler(PickUpMeal)
export class PickUpMealHandler implements ICommandHandler<PickUpMeal> {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly change: ChangeDelivery,
  ) {}

  /** @throws {DomainError} `delivery.not-found`, or (conflict) that the meal is not ready, or no longer theirs to pick up. */
  async execute(command: PickUpMeal): Promise<Trip> {
    const tx = transactionOf(command);
    const { deliveryId, speaker } = command;
    const delivery = await this.deliveries.withId(tx, deliveryId);
    return tripOf(await this.change.apply(tx, delivery, pickUp(delivery, speaker)));
  }
}
