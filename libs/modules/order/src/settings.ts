import { milliseconds, settingsFrom } from '@thali/kit/nest';
import { z } from 'zod';
import type { TimeLimits } from './domain/fulfil-order.saga';
import type { CancellationPolicy } from './domain/order';

const seconds = 1_000;
const minutes = 60 * seconds;

interface Values {
  readonly timeLimits: TimeLimits;
  readonly cancellation: CancellationPolicy;
  /** How long a part of an order's details may take. */
  readonly answerWithinMs: number;
}

/** How long fulfilment may take, and what cancelling costs. */
export class OrderSettings extends settingsFrom(
  {
    THALI_HOLD_MONEY_WITHIN_MS: milliseconds(10 * seconds),
    THALI_ASK_KITCHEN_WITHIN_MS: milliseconds(5 * minutes),
    THALI_FIND_COURIER_WITHIN_MS: milliseconds(5 * minutes),
    THALI_COOK_WITHIN_MS: milliseconds(90 * minutes),
    THALI_PICK_UP_WITHIN_MS: milliseconds(30 * minutes),
    THALI_TAKE_MONEY_WITHIN_MS: milliseconds(10 * minutes),
    THALI_BRING_WITHIN_MS: milliseconds(120 * minutes),
    THALI_UNDO_WITHIN_MS: milliseconds(5 * minutes),
    THALI_CANCELLATION_FEE_PERCENT: z.coerce
      .number('a whole number from 0 to 100')
      .int()
      .min(0)
      .max(100, 'a whole number from 0 to 100')
      .default(50),
    THALI_ANSWER_WITHIN_MS: milliseconds(1 * seconds),
  },
  (read): Values => ({
    timeLimits: {
      holdMoney: read.THALI_HOLD_MONEY_WITHIN_MS,
      askKitchen: read.THALI_ASK_KITCHEN_WITHIN_MS,
      findCourier: read.THALI_FIND_COURIER_WITHIN_MS,
      cook: read.THALI_COOK_WITHIN_MS,
      pickUp: read.THALI_PICK_UP_WITHIN_MS,
      takeMoney: read.THALI_TAKE_MONEY_WITHIN_MS,
      bring: read.THALI_BRING_WITHIN_MS,
      undo: read.THALI_UNDO_WITHIN_MS,
    },
    cancellation: { feePercent: read.THALI_CANCELLATION_FEE_PERCENT },
    answerWithinMs: read.THALI_ANSWER_WITHIN_MS,
  }),
) {}
