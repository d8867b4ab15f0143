import { defineCommand } from '@thali/kit/core';
import { OfOrder, byOrder } from '@thali/contracts';
import { schedule } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { z } from 'zod';
import type { Delivery } from './domain/delivery';
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

interface Autopilot {
  readonly pickUpMs: number;
  readonly deliverMs: number;
}

/** A courier on autopilot picks up a meal that is ready, and delivers one that was picked up, each after its time. */
export function scheduleAutopilot(tx: Tx, delivery: Delivery, { pickUpMs, deliverMs }: Autopilot): void {
  const { orderId, status, courier, mealReady, fence } = delivery;
  if (!courier?.autopilot) return;
  if (status === 'assigned' && mealReady)
    schedule(tx, DriveCourier({ orderId, does: 'pick-up', fence }), { afterMs: pickUpMs });
  if (status === 'picked-up') schedule(tx, DriveCourier({ orderId, does: 'deliver', fence }), { afterMs: deliverMs });
}
