import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Kit, Runtime, provideSettings } from '@thali/kit/nest';
import { Database } from '@thali/kit/postgres';
import { repositoriesOf } from '@thali/kit/postgres/repositories';
import { AcceptTicketHandler } from './accept-ticket';
import { AdvanceTicketHandler } from './advance-ticket';
import { CancelTicketHandler } from './cancel-ticket';
import { ConfirmTicketHandler } from './confirm-ticket';
import { DelayTicketHandler } from './delay-ticket';
import { entities } from './entities';
import { FinishTicketHandler } from './finish-ticket';
import { ImportMenu } from './import-menu';
import { MenuOfRestaurantHandler } from './menu.view';
import { migrations } from './migrations';
import { OpenTicketHandler } from './open-ticket';
import { PrepareTicketHandler } from './prepare-ticket';
import { PublishMenuHandler } from './publish-menu';
import { RejectTicketHandler } from './reject-ticket';
import { RestaurantController } from './restaurant.controller';
import { RestaurantRepository } from './restaurant.repository';
import { AllRestaurantsHandler, OneRestaurantHandler } from './restaurants.view';
import { ReviseItemHandler } from './revise-item';
import { ReviseTicketHandler } from './revise-ticket';
import { SetOpeningHandler } from './set-opening';
import { seedRestaurants } from './seed-restaurants';
import { RestaurantSettings } from './settings';
import { Stock } from './stock.repository';
import { OneTicketHandler, TicketAnswers, TicketsOfRestaurantHandler } from './ticket-board.view';
import { TicketController } from './ticket.controller';
import { TicketRepository } from './ticket.repository';

const commands = [
  AcceptTicketHandler,
  RejectTicketHandler,
  DelayTicketHandler,
  PrepareTicketHandler,
  FinishTicketHandler,
  PublishMenuHandler,
  ReviseItemHandler,
  SetOpeningHandler,
];
const messages = [
  OpenTicketHandler,
  ConfirmTicketHandler,
  CancelTicketHandler,
  ReviseTicketHandler,
  AdvanceTicketHandler,
];
const queries = [
  AllRestaurantsHandler,
  OneRestaurantHandler,
  MenuOfRestaurantHandler,
  TicketsOfRestaurantHandler,
  OneTicketHandler,
  TicketAnswers,
];

/** Menus, portions and the kitchen. */
@Module({
  imports: [CqrsModule, Kit.forModule({ name: 'restaurant', migrations })],
  controllers: [RestaurantController, TicketController],
  providers: [
    provideSettings(RestaurantSettings),
    ...repositoriesOf(entities),
    RestaurantRepository,
    Stock,
    TicketRepository,
    ImportMenu,
    ...commands,
    ...messages,
    ...queries,
  ],
  exports: [ImportMenu],
})
export class RestaurantModule implements OnApplicationBootstrap {
  constructor(
    private readonly runtime: Runtime,
    private readonly db: Database,
    private readonly importer: ImportMenu,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.runtime.settings.seed) await seedRestaurants(this.db, this.importer);
  }
}
