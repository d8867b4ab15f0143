import { Injectable } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { InjectRepository } from '@nestjs/typeorm';
import { Location, OpeningHours, RestaurantId, isOpenAt, opensNext } from '@thali/contracts';
import { cursorOf } from '@thali/kit/http';
import type { RowOf } from '@thali/kit/postgres';
import type { ReadRepository } from '@thali/kit/postgres/repositories';
import { MoreThan } from 'typeorm';
import { z } from 'zod';
import { restaurantNotFound } from './domain/errors';
import { takesOrders, type Restaurant } from './domain/restaurant';
import { Restaurants } from './entities';
import { restaurantOf } from './restaurant.repository';

export const RestaurantView = z
  .object({
    restaurantId: RestaurantId,
    name: z.string(),
    cuisine: z.string().nullable(),
    currency: z.string(),
    location: Location,
    /** Whether it takes orders now: its staff and its opening hours both say so. */
    open: z.boolean(),
    /** When it is closed by its hours: when they say that it opens. */
    opensAt: z.iso.datetime().nullable(),
    /** As it has published them; none: only its staff opens and closes. */
    openingHours: z.array(OpeningHours),
    /** Whose clocks the opening hours are on. */
    timeZone: z.string().nullable(),
    /** How many minutes its kitchen usually takes. */
    prepMinutes: z.int().nullable(),
    /** Whether its kitchen cooks without being told to. */
    autopilot: z.boolean(),
    menuVersion: z.int(),
  })
  .meta({ id: 'Restaurant' });
export type RestaurantView = z.infer<typeof RestaurantView>;

export const RestaurantPage = z.object({ items: z.array(RestaurantView), next: z.string().nullable() });
export type RestaurantPage = z.infer<typeof RestaurantPage>;

export const RestaurantFilter = z.object({
  after: cursorOf(RestaurantId),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type RestaurantFilter = z.infer<typeof RestaurantFilter>;

export class AllRestaurants extends Query<RestaurantPage> {
  constructor(readonly filter: RestaurantFilter) {
    super();
  }
}

@Injectable()
@QueryHandler(AllRestaurants)
export class AllRestaurantsHandler implements IQueryHandler<AllRestaurants> {
  constructor(@InjectRepository(Restaurants) private readonly restaurants: ReadRepository<RowOf<typeof Restaurants>>) {}

  async execute({ filter: { after, limit } }: AllRestaurants): Promise<RestaurantPage> {
    const rows = await this.restaurants.find({
      where: { restaurantId: MoreThan(after ?? '') },
      order: { restaurantId: 'asc' },
      take: limit,
    });
    const last = rows.length === limit ? rows.at(-1) : undefined;
    return { items: rows.map((row) => viewOf(restaurantOf(row), new Date())), next: last?.restaurantId ?? null };
  }
}

export class OneRestaurant extends Query<RestaurantView> {
  constructor(readonly restaurantId: string) {
    super();
  }
}

@Injectable()
@QueryHandler(OneRestaurant)
export class OneRestaurantHandler implements IQueryHandler<OneRestaurant> {
  constructor(@InjectRepository(Restaurants) private readonly restaurants: ReadRepository<RowOf<typeof Restaurants>>) {}

  /** @throws {DomainError} `restaurant.not-found` */
  async execute({ restaurantId }: OneRestaurant): Promise<RestaurantView> {
    const row = await this.restaurants.findOneBy({ restaurantId });
    if (!row) throw restaurantNotFound(restaurantId);
    return viewOf(restaurantOf(row), new Date());
  }
}

export function viewOf(restaurant: Restaurant, at: Date): RestaurantView {
  const { restaurantId, name, cuisine, currency, location, timetable, prepMinutes, autopilot, version } = restaurant;
  const opensAt = timetable && !isOpenAt(timetable, at) ? opensNext(timetable, at) : undefined;
  return {
    restaurantId,
    name,
    cuisine,
    currency,
    location,
    prepMinutes,
    autopilot,
    open: takesOrders(restaurant, at),
    opensAt: opensAt?.toISOString() ?? null,
    openingHours: timetable?.hours ?? [],
    timeZone: timetable?.timeZone ?? null,
    menuVersion: version,
  };
}
