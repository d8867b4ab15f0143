import { defineQuestion } from '@thali/kit/core';
import { z } from 'zod';
import { OfOrder } from './order';

/** Something a module has said about an order. */
export const HistoryEntry = z.object({
  id: z.string(),
  module: z.string(),
  type: z.string(),
  version: z.int(),
  key: z.string(),
  keyVersion: z.int(),
  data: z.unknown(),
  correlationId: z.string(),
  /** The message that led to this one. */
  causationId: z.string().nullable(),
  recordedAt: z.iso.datetime(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;

const historyFrom = (module: string) =>
  defineQuestion(`${module}.history-of-order`, { ask: OfOrder, answer: z.array(HistoryEntry) });

/** What each of the other modules has said about an order, oldest first. */
export const PaymentHistory = historyFrom('payment');
export const RestaurantHistory = historyFrom('restaurant');
export const DeliveryHistory = historyFrom('delivery');
