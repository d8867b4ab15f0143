import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { transactionOf } from '@thali/kit/nest';
import { ChangeDelivery } from './change-delivery';
import { DeliveryRepository } from './delivery.repository';
import { tripOf, type Trip } from './delivery.view';
import { acceptOffer } from './domain/search';

/** The courier takes the delivery. Accepting it again changes nothing. */
export class AcceptOffer extends Command<Trip> {
  constructor(readonly offerId: string) {
    super();
  }
}

@CommandHandler(AcceptOffer)
export class AcceptOfferHandler implements ICommandHandler<AcceptOffer> {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly change: ChangeDelivery,
  ) {}

  /** @throws {DomainError} `delivery.offer-not-found`, or `delivery.offer-…` (conflict) when it cannot be accepted any more. */
  async execute(command: AcceptOffer): Promise<Trip> {
    const tx = transactionOf(command);
    const { offerId } = command;
    const { delivery, offer } = await this.deliveries.withOffer(tx, offerId);
    return tripOf(await this.change.apply(tx, delivery, acceptOffer(delivery, offer, tx.now)));
  }
}
