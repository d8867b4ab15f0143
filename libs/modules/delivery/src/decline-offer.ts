import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { transactionOf } from '@thali/kit/nest';
import { z } from 'zod';
import { DeliveryRepository } from './delivery.repository';
import { Dispatch } from './dispatch';
import { OfferId, declineOffer } from './domain/search';

export const Declined = z.object({ offerId: OfferId, status: z.literal('declined') });
export type Declined = z.infer<typeof Declined>;

/** The courier does not want the delivery: the next nearest is asked. Declining it again changes nothing. */
export class DeclineOffer extends Command<Declined> {
  constructor(readonly offerId: string) {
    super();
  }
}

@Injectable()
@CommandHandler(DeclineOffer)
export class DeclineOfferHandler implements ICommandHandler<DeclineOffer> {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly dispatch: Dispatch,
  ) {}

  /** @throws {DomainError} `delivery.offer-not-found`, or `delivery.offer-…` (conflict) when it cannot be declined any more. */
  async execute(command: DeclineOffer): Promise<Declined> {
    const tx = transactionOf(command);
    const { offerId } = command;
    const { delivery, offer } = await this.deliveries.loadWithOffer(tx, offerId);
    const events = declineOffer(delivery, offer, tx.now);
    if (events.length > 0) {
      const after = this.deliveries.save(tx, delivery, events);
      await this.dispatch.releaseCourier(tx, after.orderId, { offer: 'declined' });
      await this.dispatch.continueSearch(tx, after);
    }
    return { offerId, status: 'declined' };
  }
}
