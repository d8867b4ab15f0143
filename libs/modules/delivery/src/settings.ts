import { Runtime, milliseconds, readVariables, type Environment } from '@thali/kit/nest';
import { z } from 'zod';

/** How this deployment wants couriers to be found. */
export abstract class DeliverySettings {
  /** How long a courier may think about an offer. */
  readonly offerWithinMs: number;
  /** How long an order may search a courier; the last offer may still run to its end. */
  readonly searchWithinMs: number;
  /** When nobody is free, look again after this time at first, and then each time after twice as long. */
  readonly lookAgainMs: number;
  /** How far from the pick-up a courier may be. */
  readonly searchRadiusKm: number;
  /** How long couriers on autopilot take. */
  readonly autopilot: { readonly acceptMs: number; readonly pickUpMs: number; readonly deliverMs: number };
}

/** @throws {Misconfigured} naming the variable, what it is, and what it should be. */
export function readDeliverySettings(env: Environment): DeliverySettings {
  const read = readVariables(env, {
    THALI_DELIVERY_OFFER_WITHIN_MS: milliseconds(15_000),
    THALI_DELIVERY_SEARCH_WITHIN_MS: milliseconds(120_000),
    THALI_DELIVERY_LOOK_AGAIN_MS: milliseconds(1_000),
    THALI_DELIVERY_SEARCH_RADIUS_KM: z.coerce.number('a number of kilometres above 0').positive().default(25),
    THALI_AUTOPILOT_ACCEPT_MS: milliseconds(200),
    THALI_AUTOPILOT_PICK_UP_MS: milliseconds(500),
    THALI_AUTOPILOT_DELIVER_MS: milliseconds(1_500),
  });
  return {
    offerWithinMs: read.THALI_DELIVERY_OFFER_WITHIN_MS,
    searchWithinMs: read.THALI_DELIVERY_SEARCH_WITHIN_MS,
    lookAgainMs: read.THALI_DELIVERY_LOOK_AGAIN_MS,
    searchRadiusKm: read.THALI_DELIVERY_SEARCH_RADIUS_KM,
    autopilot: {
      acceptMs: read.THALI_AUTOPILOT_ACCEPT_MS,
      pickUpMs: read.THALI_AUTOPILOT_PICK_UP_MS,
      deliverMs: read.THALI_AUTOPILOT_DELIVER_MS,
    },
  };
}

export const deliverySettings = {
  provide: DeliverySettings,
  inject: [Runtime],
  useFactory: (runtime: Runtime) => readDeliverySettings(runtime.env),
};
