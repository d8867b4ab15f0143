import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { transactionOf } from '@thali/kit/nest';
import { DeliveryRepository } from './delivery.repository';
import { tripOf, type Trip } from './delivery.view';
import { Dispatch } from './dispatch';
import { fail, type FencingToken } from './domain/journey';
import { DeliverySettings } from './settings';

/** The courier cannot go on: before the pick-up another one is looked for, after it the delivery has failed. */
export class FailDelivery extends Command<Trip> {
  constructor(
    readonly deliveryId: string,
    readonly fence: FencingToken,
    readonly reason: string,
  ) {
    super();
  }
}

@Injectable()
@CommandHandler(FailDelivery)
export class FailDeliveryHandler implements ICommandHandler<FailDelivery> {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly dispatch: Dispatch,
    private readonly settings: DeliverySettings,
  ) {}

  /** @throws {DomainError} `delivery.not-found`, or (conflict) that it is not with a courier, or no longer theirs. */
  async execute(command: FailDelivery): Promise<Trip> {
    const tx = transactionOf(command);
    const { deliveryId, fence, reason } = command;
    const before = await this.deliveries.load(tx, deliveryId);
    const searchUntil = new Date(tx.now.getTime() + this.settings.searchWithinMs);
    const events = fail(before, fence, reason, searchUntil);
    if (events.length === 0) return tripOf(before);
    const delivery = this.deliveries.save(tx, before, events);
    const gaveUp = delivery.status === 'searching';
    await this.dispatch.releaseCourier(tx, delivery.orderId, { assignment: gaveUp ? 'gave-up' : 'failed', reason });
    if (gaveUp) await this.dispatch.continueSearch(tx, delivery);
    return tripOf(delivery);
  }
}
