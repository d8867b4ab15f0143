import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { transactionOf } from '@thali/kit/nest';
import { ChangeDelivery } from './change-delivery';
import { DeliveryRepository } from './delivery.repository';
import { tripOf, type Trip } from './delivery.view';
import { fail, type Speaker } from './domain/journey';
import { DeliverySettings } from './settings';

/** The courier cannot go on: before the pick-up another one is searched, after it the delivery has failed. */
export class FailDelivery extends Command<Trip> {
  constructor(
    readonly deliveryId: string,
    readonly speaker: Speaker,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(FailDelivery)
export class FailDeliveryHandler implements ICommandHandler<FailDelivery> {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly change: ChangeDelivery,
    private readonly settings: DeliverySettings,
  ) {}

  /** @throws {DomainError} `delivery.not-found`, or (conflict) that it is not under way, or no longer theirs. */
  async execute(command: FailDelivery): Promise<Trip> {
    const tx = transactionOf(command);
    const { deliveryId, speaker, reason } = command;
    const delivery = await this.deliveries.withId(tx, deliveryId);
    const searchUntil = new Date(tx.now.getTime() + this.settings.searchWithinMs);
    return tripOf(await this.change.apply(tx, delivery, fail(delivery, speaker, reason, searchUntil)));
  }
}
