import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Location } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import { z } from 'zod';
import { CourierRepository } from './courier.repository';
import type { CourierView } from './courier.view';

export const Position = z
  .object({
    location: Location,
    /** When the courier was there, by their own clock; without it, now. */
    at: z.iso
      .datetime({ offset: true })
      .refine((at) => Date.parse(at) >= Date.UTC(2000), 'must be a time of this century')
      .optional(),
  })
  .meta({ id: 'Position', example: { location: { lat: 52.5208, lon: 13.4094 } } });
export type Position = z.infer<typeof Position>;

/**
 * Where the courier is. Reports do not conflict: the latest wins, by when it was true and not by when it arrived, and an older one
 * changes nothing. A clock that runs ahead is taken to mean now, or it would silence all that follows.
 */
export class ReportPosition extends Command<CourierView> {
  constructor(
    readonly courierId: string,
    readonly position: Position,
  ) {
    super();
  }
}

@Injectable()
@CommandHandler(ReportPosition)
export class ReportPositionHandler implements ICommandHandler<ReportPosition> {
  constructor(private readonly couriers: CourierRepository) {}

  /** @throws {DomainError} `delivery.courier-not-found` */
  async execute(command: ReportPosition): Promise<CourierView> {
    const tx = transactionOf(command);
    const {
      courierId,
      position: { location, at },
    } = command;
    await this.couriers.load(tx, courierId);
    const claimed = at ? new Date(at) : tx.now;
    await this.couriers.setPosition(tx, courierId, location, claimed < tx.now ? claimed : tx.now);
    return this.couriers.load(tx, courierId);
  }
}
