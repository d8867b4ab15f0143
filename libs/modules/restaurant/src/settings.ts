import { Runtime, milliseconds, readVariables, type Environment } from '@thali/kit/nest';

/** What can be set about this module. */
export abstract class RestaurantSettings {
  /** How long a kitchen on autopilot takes before each step. */
  abstract readonly autopilotAfterMs: { readonly accept: number; readonly prepare: number; readonly finish: number };
}

/** @throws {Misconfigured} */
export function readRestaurantSettings(env: Environment): RestaurantSettings {
  const read = readVariables(env, {
    THALI_AUTOPILOT_ACCEPT_MS: milliseconds(200),
    THALI_AUTOPILOT_PREPARE_MS: milliseconds(500),
    THALI_AUTOPILOT_FINISH_MS: milliseconds(1_500),
  });
  return {
    autopilotAfterMs: {
      accept: read.THALI_AUTOPILOT_ACCEPT_MS,
      prepare: read.THALI_AUTOPILOT_PREPARE_MS,
      finish: read.THALI_AUTOPILOT_FINISH_MS,
    },
  };
}

export const restaurantSettings = {
  provide: RestaurantSettings,
  inject: [Runtime],
  useFactory: ({ env }: Runtime) => readRestaurantSettings(env),
};
