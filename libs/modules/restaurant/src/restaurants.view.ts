import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { Location, OpeningHours, RestaurantId, isOpenAt, opensNext } from '@thali/contracts';
import { cursorOf } from '@thali/kit/http';
import { Database } from '@thali/kit/postgres';
import { z } from 'zod';
import { takesOrders, type Restaurant } from './domain/restaurant';
import { noRestaurant, restaurantColumns } from './restaurant.repository';

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

@QueryHandler(AllRestaurants)
export class AllRestaurantsHandler implements IQueryHandler<AllRestaurants> {
  constructor(private readonly db: Database) {}

  async execute({ filter: { after, limit } }: AllRestaurants): Promise<RestaurantPage> {
    const restaurants = await this.db.read<Restaurant>(
      `select ${restaurantColumns} from restaurants where $1::text is null or restaurant_id > $1 order by restaurant_id limit $2`,
      [after ?? null, limit],
    );
    const last = restaurants.length === limit ? restaurants.at(-1) : undefined;
    return { items: restaurants.map((restaurant) => viewOf(restaurant, new Date())), next: last?.restaurantId ?? null };
  }
}

export class OneRestaurant extends Query<RestaurantView> {
  constructor(readonly restaurantId: string) {
    super();
  }
}

@QueryHandler(OneRestaurant)
export class OneRestaurantHandler implements IQueryHandler<OneRestaurant> {
  constructor(private readonly db: Database) {}

  /** @throws {DomainError} `restaurant.not-found` */
  async execute({ restaurantId }: OneRestaurant): Promise<RestaurantView> {
    const [restaurant] = await this.db.read<Restaurant>(
      `select ${restaurantColumns} from restaurants where restaurant_id = $1`,
      [restaurantId],
    );
    if (!restaurant) throw noRestaurant(restaurantId);
    return viewOf(restaurant, new Date());
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
