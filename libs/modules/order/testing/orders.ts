import type { Money, OrderLine } from '@thali/contracts';
import type { Fulfilment, TimeLimits } from '../src/domain/fulfil-order.saga';
import { decide, evolve, noOrder, type Order, type OrderCommand, type Placed } from '../src/domain/order';

export const orderId = 'ord_01h455vb4pex5vsknk084sn02q';
export const restaurantId = 'rst_01h455vb4pex5vsknk084sn02q';
export const euros = (amount: number): Money => ({ amount, currency: 'EUR' });

/** A line of an order: by default two masala dosas, 8.50 each. */
export function aMeal(line: Partial<OrderLine> = {}): OrderLine {
  return { itemId: 'masala-dosa', name: 'Masala Dosa', quantity: 2, unitPrice: euros(850), modifierIds: [], ...line };
}

/** What was asked for: two masala dosas for 17.00. */
export const dinner: Placed = {
  orderId,
  customerId: 'cus_demo',
  restaurantId,
  restaurantName: 'Thali House',
  menuVersion: 1,
  lines: [aMeal()],
  total: euros(1_700),
  deliverTo: { address: 'Chausseestr. 1, Berlin', location: { lat: 52.53, lon: 13.38 } },
  placedAt: '2026-11-21T12:00:00.000Z',
};

/** An order after it was placed and told all this. */
export function anOrderThatWasTold(...commands: OrderCommand[]): Order {
  const all: OrderCommand[] = [{ type: 'Place', ...dinner }, ...commands];
  return all.reduce((order, command) => decide(order, command).reduce(evolve, order), noOrder);
}

export const aPlacedOrder = (): Order => anOrderThatWasTold();
export const aConfirmedOrder = (): Order => anOrderThatWasTold({ type: 'Confirm' });
export const anOrderBeingCooked = (): Order => anOrderThatWasTold({ type: 'Confirm' }, { type: 'BeginPreparation' });
export const aReadyOrder = (): Order => anOrderThatWasTold({ type: 'Confirm' }, { type: 'MakeReady' });
export const anOrderOnItsWay = (): Order =>
  anOrderThatWasTold({ type: 'Confirm' }, { type: 'MakeReady' }, { type: 'PickUp' });
export const aDeliveredOrder = (): Order =>
  anOrderThatWasTold({ type: 'Confirm' }, { type: 'MakeReady' }, { type: 'PickUp' }, { type: 'Deliver' });
export const anOrderBeingCancelled = (): Order =>
  anOrderThatWasTold({ type: 'BeginCancellation', reason: 'No oven is free.' });
export const aCancelledOrder = (): Order =>
  anOrderThatWasTold({ type: 'Cancel', reason: 'No oven is free.', fee: null });

/** What the saga of the dinner begins with. */
export function aFulfilment(): Fulfilment {
  const { placedAt: _, ...order } = dinner;
  const restaurantLocation = { lat: 52.52, lon: 13.4 };
  return { ...order, restaurantLocation, sealedToken: 'sealed', fee: null, deliveryOutcome: null };
}

/** A second for each step, so that what matters in a test stands in the test. */
export const timeLimits: TimeLimits = {
  holdMoney: 1_000,
  askKitchen: 1_000,
  findCourier: 1_000,
  cook: 1_000,
  pickUp: 1_000,
  takeMoney: 1_000,
  bring: 1_000,
  undo: 1_000,
};
