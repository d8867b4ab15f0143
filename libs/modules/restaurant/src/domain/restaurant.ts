import type { Location } from '@thali/contracts';
import { withinOpeningHours, type OpeningHours } from './opening-hours';

/** What a restaurant says about itself, beside its menu. */
export interface RestaurantDetails {
  readonly name: string;
  readonly cuisine: string | null;
  /** ISO 4217; all its prices are in it. */
  readonly currency: string;
  readonly location: Location;
  readonly openingHours: readonly OpeningHours[];
  readonly timeZone: string | null;
  /** Whether its kitchen cooks without being told to. */
  readonly autopilot: boolean;
}

export interface Restaurant extends RestaurantDetails {
  readonly restaurantId: string;
  /** What staff last said; see {@link takesOrders}. */
  readonly open: boolean;
  /** Of its menu. */
  readonly version: number;
}

/** Whether it takes orders at that moment: its staff and its opening hours both say so. */
export function takesOrders(restaurant: Pick<Restaurant, 'open' | 'openingHours' | 'timeZone'>, at: Date): boolean {
  return restaurant.open && withinOpeningHours(restaurant, at);
}

/** Only what it says about itself. */
export function detailsOf({
  name,
  cuisine,
  currency,
  location,
  openingHours,
  timeZone,
  autopilot,
}: RestaurantDetails): RestaurantDetails {
  return { name, cuisine, currency, location, openingHours, timeZone, autopilot };
}
