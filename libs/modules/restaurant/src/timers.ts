import { OfOrder, byOrder } from '@thali/contracts';
import { defineCommand } from '@thali/kit/core';
import { z } from 'zod';

/** A kitchen on autopilot told itself to take the next step; it counts only if the ticket is still where it was then. */
export const AdvanceTicket = defineCommand(
  'restaurant.advance-ticket',
  1,
  OfOrder.extend({ step: z.enum(['accept', 'prepare', 'finish']) }),
  byOrder,
);
