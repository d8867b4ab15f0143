import { milliseconds, settingsFrom } from '@thali/kit/nest';
import { z } from 'zod';

/** How this deployment wants couriers to be found. */
export class DeliverySettings extends settingsFrom(
  {
    THALI_DELIVERY_OFFER_WITHIN_MS: milliseconds(15_000),
    THALI_DELIVERY_SEARCH_WITHIN_MS: milliseconds(120_000),
    THALI_DELIVERY_LOOK_AGAIN_MS: milliseconds(1_000),
    THALI_DELIVERY_SEARCH_RADIUS_KM: z.coerce.number('a number of kilometres above 0').positive().default(25),
    THALI_AUTOPILOT_ACCEPT_MS: milliseconds(200),
    THALI_AUTOPILOT_PICK_UP_MS: milliseconds(500),
    THALI_AUTOPILOT_DELIVER_MS: milliseconds(1_500),
  },
  (read) => ({
    /** How long a courier may think about an offer. */
    offerWithinMs: read.THALI_DELIVERY_OFFER_WITHIN_MS,
    /** How long an order may search for a courier; the last offer may still run to its end. */
    searchWithinMs: read.THALI_DELIVERY_SEARCH_WITHIN_MS,
    /** When no courier is free, look again after this time at first, and then each time after twice as long. */
    lookAgainMs: read.THALI_DELIVERY_LOOK_AGAIN_MS,
    /** How far from the pick-up a courier may be. */
    searchRadiusKm: read.THALI_DELIVERY_SEARCH_RADIUS_KM,
    /** How long couriers on autopilot take. */
    autopilot: {
      acceptMs: read.THALI_AUTOPILOT_ACCEPT_MS,
      pickUpMs: read.THALI_AUTOPILOT_PICK_UP_MS,
      deliverMs: read.THALI_AUTOPILOT_DELIVER_MS,
    },
  }),
) {}
