import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { transactionOf } from '@thali/kit/nest';
import { z } from 'zod';
import { ChangeDelivery } from './change-delivery';
import { DeliveryRepository } from './delivery.repository';
import { OfferId, declineOffer } from './domain/search';

export const Declined = z.object({ offerId: OfferId, status: z.literal('declined') });
export type Declined = z.infer<typeof Declined>;

/** The courier does not want it: the next nearest is asked. Declining it again changes nothing. */
export class DeclineOffer extends Command<Declined> {
  constructor(readonly offerId: string) {
    super();
  }
}

@CommandHandler(DeclineOffer)
export class DeclineOfferHandler implements ICommandHandler<DeclineOffer> {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly change: ChangeDelivery,
  ) {}

  /** @throws {DomainError} `delivery.offer-not-found`, or `delivery.offer-…` (conflict) when it cannot be declined any more. */
  async execute(command: DeclineOffer): Promise<Declined> {
    const tx = transactionOf(command);
    const { offerId } = command;
    const { delivery, offer } = await this.deliveries.withOffer(tx, offerId);
    await this.change.apply(tx, delivery, declineOffer(delivery, offer, tx.now));
    return { offerId, status: 'declined' };
  }
}
