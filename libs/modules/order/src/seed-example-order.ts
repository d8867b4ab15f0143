import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Runtime, inTransaction } from '@thali/kit/nest';
import { Loop } from '@thali/kit/core';
import { Database } from '@thali/kit/postgres';
import { exampleOrder, exampleOrderId } from './examples';
import { PlaceOrder } from './place-order';

const lookAgainMs = 200;

/** Fills an empty database with one order, so that what the documentation shows can be tried at once. It waits for the menu to arrive. */
@Injectable()
export class SeedExampleOrder implements OnApplicationBootstrap {
  private loop: Loop | undefined;

  constructor(
    private readonly runtime: Runtime,
    private readonly db: Database,
    private readonly commands: CommandBus,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.runtime.settings.seed) return;
    const turn = async () => this.placeWhenPossible();
    this.loop = new Loop({ name: 'the example order', turn, pollMs: lookAgainMs, log: this.runtime.log }).start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
  }

  private async placeWhenPossible(): Promise<boolean> {
    const [{ menus, orders } = { menus: 0, orders: 0 }] = await this.db.read<{ menus: number; orders: number }>(
      `select (select count(*) from menus where restaurant_id = $1) as menus, (select count(*) from (select from orders limit 1) o) as orders`,
      [exampleOrder.restaurantId],
    );
    if (orders > 0) this.loop?.finish();
    else if (menus > 0)
      await this.db.transaction((tx) =>
        this.commands.execute(inTransaction(tx, new PlaceOrder(exampleOrder, exampleOrderId))),
      );
    return false;
  }
}
