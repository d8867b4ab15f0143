import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { cancelScheduled } from '@thali/kit/messaging';
import { transactionOf } from '@thali/kit/nest';
import type { Tx } from '@thali/kit/postgres';
import { DeliveryRepository } from './delivery.repository';
import { tripOf, type Trip } from './delivery.view';
import type { Delivery } from './domain/delivery';
import { acceptOffer, type Offer } from './domain/search';
import { DeliverySettings } from './settings';
import { ContinueSearch, scheduleAutopilot } from './timers';

/** The courier takes the delivery. Accepting it again changes nothing. */
export class AcceptOffer extends Command<Trip> {
  constructor(readonly offerId: string) {
    super();
  }
}

@Injectable()
@CommandHandler(AcceptOffer)
export class AcceptOfferHandler implements ICommandHandler<AcceptOffer> {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly settings: DeliverySettings,
  ) {}

  /** @throws {DomainError} `delivery.offer-not-found`, or `delivery.offer-…` (conflict) when it cannot be accepted any more. */
  async execute(command: AcceptOffer): Promise<Trip> {
    const tx = transactionOf(command);
    const { delivery, offer } = await this.deliveries.loadWithOffer(tx, command.offerId);
    return tripOf(this.accept(tx, delivery, offer));
  }

  /** Accepts the offer, for a courier on autopilot, too. @returns the delivery as it is now. */
  accept(tx: Tx, before: Delivery, offer: Offer): Delivery {
    const events = acceptOffer(before, offer, tx.now);
    if (events.length === 0) return before;
    const delivery = this.deliveries.save(tx, before, events);
    cancelScheduled(tx, ContinueSearch, delivery.orderId);
    scheduleAutopilot(tx, delivery, this.settings.autopilot);
    return delivery;
  }
}
