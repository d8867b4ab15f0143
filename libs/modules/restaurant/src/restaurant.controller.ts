import { Controller, Get, Patch, Post, Put, Req, Res, UseInterceptors } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RestaurantId } from '@thali/contracts';
import { inTransaction } from '@thali/kit/nest';
import {
  InBody,
  InPath,
  InQuery,
  InTransaction,
  NeedsIfMatch,
  Refuses,
  Returns,
  SeenVersion,
  UnitOfWork,
  etagOf,
  refuseStale,
  tag,
} from '@thali/kit/http';
import type { Tx } from '@thali/kit/postgres';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { MenuOfRestaurant, MenuView, stockTagOf } from './menu.view';
import { MenuRevision, PublishMenu } from './publish-menu';
import { anInvalidMenu, noSuchItem, noSuchRestaurant } from './refusals';
import { AllRestaurants, OneRestaurant, RestaurantFilter, RestaurantPage, RestaurantView } from './restaurants.view';
import { ItemRevision, ReviseItem, RevisedItem } from './revise-item';
import { SetOpening } from './set-opening';

const ItemId = z.string().meta({ example: 'masala-dosa' });

/** Restaurants and their menus. */
@ApiTags('Restaurants')
@Controller('restaurants')
@UseInterceptors(UnitOfWork)
export class RestaurantController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Where one can order' })
  @Returns(200, RestaurantPage, 'A page of restaurants; `next` leads to the one after it')
  all(@InQuery(RestaurantFilter) filter: RestaurantFilter): Promise<RestaurantPage> {
    return this.queries.execute(new AllRestaurants(filter));
  }

  @Get(':restaurantId')
  @ApiOperation({ summary: 'One restaurant' })
  @Refuses(noSuchRestaurant)
  @Returns(200, RestaurantView, 'The restaurant')
  one(@InPath('restaurantId', RestaurantId) restaurantId: RestaurantId): Promise<RestaurantView> {
    return this.queries.execute(new OneRestaurant(restaurantId));
  }

  @Get(':restaurantId/menu')
  @ApiOperation({
    summary: 'What can be ordered',
    description:
      'The ETag names the version of the menu, and the portions and the availability of this moment, which belong to no version.',
  })
  @Refuses(noSuchRestaurant)
  @Returns(200, MenuView, 'The menu; 304 without a body if `If-None-Match` names it as it is')
  async menu(
    @InPath('restaurantId', RestaurantId) restaurantId: RestaurantId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MenuView | undefined> {
    const menu = await this.queries.execute(new MenuOfRestaurant(restaurantId));
    return tag(request, reply, menu.version, stockTagOf(menu)) ? undefined : menu;
  }

  @Put(':restaurantId/menu')
  @NeedsIfMatch()
  @ApiOperation({
    summary: 'Publish a new version of the menu',
    description:
      'Send back what you have read, changed. If a newer version is in force, you are refused (412); orders and counted portions refuse nobody. ' +
      '`portions` and `available` count for items that are new; those of items already there are the kitchen’s: change them with PATCH.',
  })
  @Refuses(noSuchRestaurant, () => refuseStale('restaurant.menu', 1, 2), anInvalidMenu)
  @Returns(200, MenuView, 'The menu now in force')
  async publish(
    @InPath('restaurantId', RestaurantId) restaurantId: RestaurantId,
    @SeenVersion() seen: number,
    @InBody(MenuRevision) menu: MenuRevision,
    @InTransaction() tx: Tx,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MenuView> {
    const published = await this.commands.execute(inTransaction(tx, new PublishMenu(restaurantId, seen, menu)));
    void reply.header('etag', etagOf(published.version, stockTagOf(published)));
    return published;
  }

  @Patch(':restaurantId/items/:itemId')
  @NeedsIfMatch('optional')
  @ApiOperation({
    summary: 'Change price, portions or availability of one item',
    description:
      'Needs no version: the last word wins, for each of the three by itself. With `If-Match`, you are refused (412) if a newer ' +
      'version of the menu is in force. A new price makes a new version.',
  })
  @Refuses(noSuchRestaurant, noSuchItem, () => refuseStale('restaurant.menu', 1, 2), anInvalidMenu)
  @Returns(200, RevisedItem, 'The item as it is now')
  revise(
    @InPath('restaurantId', RestaurantId) restaurantId: RestaurantId,
    @InPath('itemId', ItemId) itemId: string,
    @SeenVersion('optional') seen: number | undefined,
    @InBody(ItemRevision) revision: ItemRevision,
    @InTransaction() tx: Tx,
  ): Promise<RevisedItem> {
    return this.commands.execute(inTransaction(tx, new ReviseItem(restaurantId, itemId, revision, seen)));
  }

  @Post(':restaurantId/open')
  @ApiOperation({ summary: 'Take orders' })
  @Refuses(noSuchRestaurant)
  @Returns(200, RestaurantView, 'The restaurant as it is now; its opening hours count too')
  open(
    @InPath('restaurantId', RestaurantId) restaurantId: RestaurantId,
    @InTransaction() tx: Tx,
  ): Promise<RestaurantView> {
    return this.commands.execute(inTransaction(tx, new SetOpening(restaurantId, true)));
  }

  @Post(':restaurantId/close')
  @ApiOperation({ summary: 'Take no more orders', description: 'What the kitchen has is still cooked.' })
  @Refuses(noSuchRestaurant)
  @Returns(200, RestaurantView, 'The restaurant as it is now')
  close(
    @InPath('restaurantId', RestaurantId) restaurantId: RestaurantId,
    @InTransaction() tx: Tx,
  ): Promise<RestaurantView> {
    return this.commands.execute(inTransaction(tx, new SetOpening(restaurantId, false)));
  }
}
