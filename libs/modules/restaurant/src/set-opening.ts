import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { transactionOf } from '@thali/kit/nest';
import { RestaurantRepository } from './restaurant.repository';
import { viewOf, type RestaurantView } from './restaurants.view';

/** Staff opens the restaurant, or closes it. Orders that the kitchen has are cooked either way. */
export class SetOpening extends Command<RestaurantView> {
  constructor(
    readonly restaurantId: string,
    readonly open: boolean,
  ) {
    super();
  }
}

@Injectable()
@CommandHandler(SetOpening)
export class SetOpeningHandler implements ICommandHandler<SetOpening> {
  constructor(private readonly restaurants: RestaurantRepository) {}

  async execute(command: SetOpening): Promise<RestaurantView> {
    const tx = transactionOf(command);
    const { restaurantId, open } = command;
    const restaurant = await this.restaurants.get(tx, restaurantId);
    return viewOf(await this.restaurants.setOpen(tx, restaurant, open), tx.now);
  }
}
