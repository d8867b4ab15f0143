import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Location } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import { z } from 'zod';
import { CourierRepository } from './courier.repository';
import type { CourierView } from './courier.view';

export const SignUp = z
  .object({
    name: z.string().min(1).max(100),
    location: Location,
    /** How many orders they can carry at once. */
    capacity: z.int().min(1).max(10).default(1),
    autopilot: z.boolean().default(false),
  })
  .meta({ id: 'SignUp', example: { name: 'Mira', location: { lat: 52.5163, lon: 13.3777 }, capacity: 2 } });
export type SignUp = z.infer<typeof SignUp>;

/** A courier signs up, and gets offers once on shift. */
export class RegisterCourier extends Command<CourierView> {
  constructor(readonly courier: SignUp) {
    super();
  }
}

@Injectable()
@CommandHandler(RegisterCourier)
export class RegisterCourierHandler implements ICommandHandler<RegisterCourier> {
  constructor(private readonly couriers: CourierRepository) {}

  async execute(command: RegisterCourier): Promise<CourierView> {
    const tx = transactionOf(command);
    const { courier } = command;
    const courierId = tx.ids.next('cou');
    await this.couriers.add(tx, { ...courier, courierId }, false);
    return this.couriers.load(tx, courierId);
  }
}
