import { milliseconds, settingsFrom } from '@thali/kit/nest';

/** How kitchens on autopilot behave. */
export class RestaurantSettings extends settingsFrom(
  {
    THALI_AUTOPILOT_ACCEPT_MS: milliseconds(200),
    THALI_AUTOPILOT_PREPARE_MS: milliseconds(500),
    THALI_AUTOPILOT_FINISH_MS: milliseconds(1_500),
  },
  (read) => ({
    /** How long a kitchen on autopilot takes before each step. */
    autopilotAfterMs: {
      accept: read.THALI_AUTOPILOT_ACCEPT_MS,
      prepare: read.THALI_AUTOPILOT_PREPARE_MS,
      finish: read.THALI_AUTOPILOT_FINISH_MS,
    },
  }),
) {}
