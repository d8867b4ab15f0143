import { defineCommand } from '@thali/kit/core';
import { OfOrder, byOrder } from '@thali/contracts';
import { z } from 'zod';
import { OfferId } from './domain/search';

/** The offer's time is up; or, without an offer, it is time to see whether a courier is free by now. One at a time per order. */
export const ContinueSearch = defineCommand(
  'delivery.continue-search',
  1,
  OfOrder.extend({ offerId: OfferId.nullable() }),
  byOrder,
);

/** A courier on autopilot does the next thing for this order: accept the offer, or pick up, or deliver. */
export const DriveCourier = defineCommand(
  'delivery.drive-courier',
  1,
  z.discriminatedUnion('does', [
    OfOrder.extend({ does: z.literal('accept'), offerId: OfferId }),
    OfOrder.extend({ does: z.enum(['pick-up', 'deliver']), fence: z.int() }),
  ]),
  byOrder,
);
