import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { transactionOf } from '@thali/kit/nest';
import { CourierRepository } from './courier.repository';
import type { CourierView } from './courier.view';
import { Dispatch } from './dispatch';

/** The courier takes offers from now on, and gets those that wait at once. */
export class StartShift extends Command<CourierView> {
  constructor(readonly courierId: string) {
    super();
  }
}

@Injectable()
@CommandHandler(StartShift)
export class StartShiftHandler implements ICommandHandler<StartShift> {
  constructor(
    private readonly couriers: CourierRepository,
    private readonly dispatch: Dispatch,
  ) {}

  /** @throws {DomainError} `delivery.courier-not-found` */
  async execute(command: StartShift): Promise<CourierView> {
    const tx = transactionOf(command);
    const { courierId } = command;
    const { capacity, active } = await this.couriers.load(tx, courierId);
    await this.couriers.setShift(tx, courierId, true);
    const freeBags = Array.from({ length: capacity - active });
    await Promise.all(freeBags.map(() => this.dispatch.offerBag(tx, courierId)));
    return this.couriers.load(tx, courierId);
  }
}
