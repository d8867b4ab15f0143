import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { transactionOf } from '@thali/kit/nest';
import { ChangeDelivery } from './change-delivery';
import { DeliveryRepository } from './delivery.repository';
import { tripOf, type Trip } from './delivery.view';
import { deliver, type Speaker } from './domain/journey';

/** The customer has the meal. Saying so again changes nothing. */
export class DeliverMeal extends Command<Trip> {
  constructor(
    readonly deliveryId: string,
    readonly speaker: Speaker,
  ) {
    super();
  }
}

@CommandHandler(DeliverMeal)
export class DeliverMealHandler implements ICommandHandler<DeliverMeal> {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly change: ChangeDelivery,
  ) {}

  /** @throws {DomainError} `delivery.not-found`, or (conflict) that it is not on its way, or no longer theirs to deliver. */
  async execute(command: DeliverMeal): Promise<Trip> {
    const tx = transactionOf(command);
    const { deliveryId, speaker } = command;
    const delivery = await this.deliveries.withId(tx, deliveryId);
    return tripOf(await this.change.apply(tx, delivery, deliver(delivery, speaker)));
  }
}
