import { isOpenAt, type Location, type Timetable } from '@thali/contracts';

/** What a restaurant says about itself, beside its menu. */
export interface RestaurantDetails {
  readonly name: string;
  readonly cuisine: string | null;
  /** ISO 4217; all its prices are in it. */
  readonly currency: string;
  readonly location: Location;
  /** Null: it has published no hours, and only its staff opens and closes. */
  readonly timetable: Timetable | null;
  /** How many minutes its kitchen usually takes, if it says so. */
  readonly prepMinutes: number | null;
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
export function takesOrders({ open, timetable }: Pick<Restaurant, 'open' | 'timetable'>, at: Date): boolean {
  return open && isOpenAt(timetable, at);
}

/** Only what it says about itself. */
export function detailsOf({
  name,
  cuisine,
  currency,
  location,
  timetable,
  prepMinutes,
  autopilot,
}: RestaurantDetails): RestaurantDetails {
  return { name, cuisine, currency, location, timetable, prepMinutes, autopilot };
}
