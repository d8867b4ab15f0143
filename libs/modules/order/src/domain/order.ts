import type { CustomerId, DeliverTo, Money, OrderId, OrderLine, RestaurantId } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';

export const orderStatuses = [
  'placed',
  'confirmed',
  'preparing',
  'ready',
  'picked-up',
  'delivered',
  'cancelled',
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

/** What was asked for, priced. */
export interface Placed {
  orderId: OrderId;
  customerId: CustomerId;
  restaurantId: RestaurantId;
  restaurantName: string;
  /** The menu that the prices are from. */
  menuVersion: number;
  lines: OrderLine[];
  total: Money;
  deliverTo: DeliverTo;
  /** ISO 8601. */
  placedAt: string;
}

/**
 * A promise to bring a meal. Born `placed`, it is `confirmed` when money, kitchen and courier agree, and ends `delivered` or
 * `cancelled`. `cancelling` says why it is being undone, from the decision to the end, or until it turns out that the meal was brought.
 */
export type Order =
  | { status: 'new' }
  | (Placed & {
      status: OrderStatus;
      /** Number of the last revision that was agreed on; 0 for none. */
      revision: number;
      cancelling: string | null;
      reason: string | null;
      fee: Money | null;
    });

/** What can happen to an order. Stored for ever: a change of shape needs an upcast in `evolve`. */
export type OrderEvent =
  | ({ type: 'Placed' } & Placed)
  /** The first of them had no number. */
  | { type: 'Revised'; revision?: number; lines: OrderLine[]; total: Money }
  | { type: 'RevisionRefused'; reason: string }
  | { type: 'Confirmed' }
  | { type: 'PreparationBegun' }
  | { type: 'MadeReady' }
  | { type: 'PickedUp' }
  | { type: 'Delivered' }
  | { type: 'CancellationBegun'; reason: string }
  | { type: 'Cancelled'; reason: string; fee: Money | null };

/** What an order can be told. */
export type OrderCommand =
  | ({ type: 'Place' } & Placed)
  /** Money and kitchen have agreed: the kitchen may have begun since. Both processes say so, and the first counts. */
  | { type: 'Revise'; revision: number; lines: OrderLine[]; total: Money }
  | { type: 'RefuseRevision'; reason: string }
  | { type: 'Confirm' }
  | { type: 'BeginPreparation' }
  | { type: 'MakeReady' }
  | { type: 'PickUp' }
  | { type: 'Deliver' }
  | { type: 'BeginCancellation'; reason: string }
  | { type: 'Cancel'; reason: string; fee: Money | null };

export const noOrder: Order = { status: 'new' };

/** The steps of a fulfilled order: each command, where it leads, and where it must come from. */
const steps = {
  Confirm: { from: ['placed'], to: 'confirmed', event: { type: 'Confirmed' } },
  BeginPreparation: { from: ['confirmed'], to: 'preparing', event: { type: 'PreparationBegun' } },
  MakeReady: { from: ['confirmed', 'preparing'], to: 'ready', event: { type: 'MadeReady' } },
  PickUp: { from: ['ready'], to: 'picked-up', event: { type: 'PickedUp' } },
  Deliver: { from: ['picked-up'], to: 'delivered', event: { type: 'Delivered' } },
} as const;

/**
 * What happens when an order is told something. What has happened already happens no more.
 * @throws {DomainError} `order.cannot-…` (conflict) when it is the wrong time.
 */
export function decide(order: Order, command: OrderCommand): OrderEvent[] {
  if (command.type === 'Place') return order.status === 'new' ? [{ ...command, type: 'Placed' }] : [];
  if (order.status === 'new') throw new Error(`an order cannot ${command.type} before it is placed`);
  switch (command.type) {
    case 'Revise':
      return hasEnded(order) || command.revision <= order.revision ? [] : [{ ...command, type: 'Revised' }];
    case 'RefuseRevision':
      return hasEnded(order) ? [] : [{ ...command, type: 'RevisionRefused' }];
    case 'BeginCancellation':
      if (order.status === 'delivered') throw wrongTime('cancel', order);
      return order.cancelling || order.status === 'cancelled'
        ? []
        : [{ type: 'CancellationBegun', reason: command.reason }];
    case 'Cancel':
      if (order.status === 'cancelled') return [];
      if (order.status === 'delivered') throw wrongTime('cancel', order);
      return [{ ...command, type: 'Cancelled' }];
    default: {
      const { from, to, event } = steps[command.type];
      if (order.status === to) return [];
      if (!(from as readonly OrderStatus[]).includes(order.status)) throw wrongTime(command.type, order);
      return [event];
    }
  }
}

export function evolve(order: Order, event: OrderEvent): Order {
  if (event.type === 'Placed') {
    const { type: _, ...placed } = event;
    return { ...placed, status: 'placed', revision: 0, cancelling: null, reason: null, fee: null };
  }
  if (order.status === 'new') throw new Error(`${event.type} cannot be the first event of an order`);
  switch (event.type) {
    case 'Revised':
      return { ...order, revision: event.revision ?? order.revision, lines: event.lines, total: event.total };
    case 'RevisionRefused':
      return order;
    case 'Confirmed':
      return { ...order, status: 'confirmed' };
    case 'PreparationBegun':
      return { ...order, status: 'preparing' };
    case 'MadeReady':
      return { ...order, status: 'ready' };
    // Even while it is being cancelled: the courier was quicker.
    case 'PickedUp':
      return { ...order, status: 'picked-up', cancelling: null };
    case 'Delivered':
      return { ...order, status: 'delivered', cancelling: null };
    case 'CancellationBegun':
      return { ...order, cancelling: event.reason };
    case 'Cancelled':
      return { ...order, status: 'cancelled', cancelling: null, reason: event.reason, fee: event.fee };
  }
}

/** @throws {DomainError} `order.cannot-revise` (conflict) unless it is confirmed and the kitchen has not begun. */
export function refuseRevisionUnlessConfirmed(order: Order): asserts order is Exclude<Order, { status: 'new' }> {
  if (order.status !== 'confirmed' || order.cancelling) throw wrongTime('revise', order);
}

/** What a customer still pays for calling off a meal that is being cooked: a share of the total, in whole percent. */
export interface CancellationPolicy {
  feePercent: number;
}

/**
 * The fee for cancelling now: free before the kitchen starts, a share of the total after, impossible after pick-up.
 * @throws {DomainError} `order.cannot-cancel` (conflict)
 */
export function cancellationFee(order: Order, { feePercent }: CancellationPolicy): Money | null {
  if (order.status === 'new' || order.cancelling) throw wrongTime('cancel', order);
  switch (order.status) {
    case 'placed':
    case 'confirmed':
      return null;
    case 'preparing':
    case 'ready': {
      const amount = Math.floor((order.total.amount * feePercent) / 100);
      return amount > 0 ? { amount, currency: order.total.currency } : null;
    }
    default:
      throw wrongTime('cancel', order);
  }
}

function hasEnded({ status }: Order): boolean {
  return status === 'delivered' || status === 'cancelled';
}

function wrongTime(verb: string, order: Order): DomainError {
  const state = order.status !== 'new' && order.cancelling ? 'being cancelled' : order.status;
  const words = verb.replace(/[A-Z]/g, (letter, at) => (at ? '-' : '') + letter.toLowerCase());
  return new DomainError(
    `order.cannot-${words}`,
    'conflict',
    `An order that is ${state} cannot do that any more (${words}).`,
    { orderStatus: order.status },
  );
}
