import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { transactionOf } from '@thali/kit/nest';
import { CourierRepository } from './courier.repository';
import type { CourierView } from './courier.view';

/** The courier gets no new offers. What is with them already stays theirs to finish, and open offers theirs to answer. */
export class EndShift extends Command<CourierView> {
  constructor(readonly courierId: string) {
    super();
  }
}

@Injectable()
@CommandHandler(EndShift)
export class EndShiftHandler implements ICommandHandler<EndShift> {
  constructor(private readonly couriers: CourierRepository) {}

  /** @throws {DomainError} `delivery.courier-not-found` */
  async execute(command: EndShift): Promise<CourierView> {
    const tx = transactionOf(command);
    const { courierId } = command;
    await this.couriers.load(tx, courierId);
    await this.couriers.setShift(tx, courierId, false);
    return this.couriers.load(tx, courierId);
  }
}
