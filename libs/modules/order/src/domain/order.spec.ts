import { DomainError } from '@thali/kit/core';
import {
  aCancelledOrder,
  aConfirmedOrder,
  aDeliveredOrder,
  aMeal,
  aPlacedOrder,
  aReadyOrder,
  anOrderBeingCancelled,
  anOrderBeingCooked,
  anOrderOnItsWay,
  anOrderThatWasTold,
  dinner,
  euros,
} from '../../testing/orders';
import { announce } from './announce';
import {
  cancellationFee,
  decide,
  evolve,
  noOrder,
  refuseRevisionUnlessConfirmed,
  type Order,
  type OrderCommand,
  type OrderEvent,
} from './order';

const refusalOf = (attempt: () => unknown): string => {
  try {
    attempt();
  } catch (error) {
    if (error instanceof DomainError) return `${error.code} (${error.kind})`;
    throw error;
  }
  return 'none';
};

const everyStage: [string, Order][] = [
  ['placed', aPlacedOrder()],
  ['confirmed', aConfirmedOrder()],
  ['being cooked', anOrderBeingCooked()],
  ['ready', aReadyOrder()],
  ['on its way', anOrderOnItsWay()],
  ['delivered', aDeliveredOrder()],
  ['being cancelled', anOrderBeingCancelled()],
  ['cancelled', aCancelledOrder()],
];

describe('the life of an order', () => {
  it('goes from placed to delivered, step by step', () => {
    const steps: OrderCommand[] = [
      { type: 'Confirm' },
      { type: 'BeginPreparation' },
      { type: 'MakeReady' },
      { type: 'PickUp' },
      { type: 'Deliver' },
    ];
    const statuses = steps.map((_, at) => anOrderThatWasTold(...steps.slice(0, at + 1)).status);
    expect(statuses).toEqual(['confirmed', 'preparing', 'ready', 'picked-up', 'delivered']);
  });

  it('begins with what was asked for, nothing left out', () => {
    expect(aPlacedOrder()).toEqual({
      ...dinner,
      status: 'placed',
      revision: 0,
      cancelling: null,
      reason: null,
      fee: null,
    });
  });

  it('lets a kitchen be ready that never said that it had begun', () => {
    expect(decide(aConfirmedOrder(), { type: 'MakeReady' })).toEqual([{ type: 'MadeReady' }]);
  });

  it.each<[OrderCommand['type'], Order]>([
    ['Confirm', aConfirmedOrder()],
    ['BeginPreparation', anOrderBeingCooked()],
    ['MakeReady', aReadyOrder()],
    ['PickUp', anOrderOnItsWay()],
    ['Deliver', aDeliveredOrder()],
  ])('does not happen again what has happened already: %s', (type, order) => {
    expect(decide(order, { type } as OrderCommand)).toEqual([]);
  });

  it.each<[OrderCommand['type'], Order, string]>([
    ['Confirm', aReadyOrder(), 'order.cannot-confirm (conflict)'],
    ['BeginPreparation', aPlacedOrder(), 'order.cannot-begin-preparation (conflict)'],
    ['MakeReady', aPlacedOrder(), 'order.cannot-make-ready (conflict)'],
    ['PickUp', anOrderBeingCooked(), 'order.cannot-pick-up (conflict)'],
    ['Deliver', aReadyOrder(), 'order.cannot-deliver (conflict)'],
    ['Deliver', aCancelledOrder(), 'order.cannot-deliver (conflict)'],
  ])('leaves no step out: %s', (type, order, refusal) => {
    expect(refusalOf(() => decide(order, { type } as OrderCommand))).toBe(refusal);
  });

  it('is placed once', () => {
    expect(decide(aConfirmedOrder(), { type: 'Place', ...dinner })).toEqual([]);
  });

  it('cannot begin with anything but being placed', () => {
    expect(() => decide(noOrder, { type: 'Confirm' })).toThrow('before it is placed');
    expect(() => evolve(noOrder, { type: 'Confirmed' })).toThrow('cannot be the first event');
  });
});

describe('cancelling', () => {
  it('says why from the decision on, and again at the end', () => {
    expect(anOrderBeingCancelled()).toMatchObject({ status: 'placed', cancelling: 'No oven is free.', reason: null });
    expect(aCancelledOrder()).toMatchObject({ status: 'cancelled', cancelling: null, reason: 'No oven is free.' });
  });

  it.each<[string, OrderCommand, Order]>([
    ['begun', { type: 'BeginCancellation', reason: 'again' }, anOrderBeingCancelled()],
    ['begun when it is over', { type: 'BeginCancellation', reason: 'again' }, aCancelledOrder()],
    ['ended', { type: 'Cancel', reason: 'again', fee: null }, aCancelledOrder()],
  ])('is %s once', (_, command, order) => {
    expect(decide(order, command)).toEqual([]);
  });

  it.each<OrderCommand>([
    { type: 'BeginCancellation', reason: 'too late' },
    { type: 'Cancel', reason: 'too late', fee: null },
  ])('is impossible once the order is delivered: $type', (command) => {
    expect(refusalOf(() => decide(aDeliveredOrder(), command))).toBe('order.cannot-cancel (conflict)');
  });

  it('keeps what the customer still pays', () => {
    expect(anOrderThatWasTold({ type: 'Cancel', reason: 'late', fee: euros(850) })).toMatchObject({ fee: euros(850) });
  });
});

describe('an order that was brought while it was being cancelled', () => {
  it('is cancelled no more', () => {
    const order = anOrderThatWasTold(
      { type: 'Confirm' },
      { type: 'MakeReady' },
      { type: 'BeginCancellation', reason: 'no' },
      { type: 'PickUp' },
    );
    expect(order).toEqual(anOrderOnItsWay());
  });

  it('is delivered, even if it was on its way', () => {
    const cancelling: OrderCommand[] = [{ type: 'PickUp' }, { type: 'BeginCancellation', reason: 'no' }];
    const order = anOrderThatWasTold({ type: 'Confirm' }, { type: 'MakeReady' }, ...cancelling, { type: 'Deliver' });
    expect(order).toEqual(aDeliveredOrder());
  });
});

describe('what cancelling costs', () => {
  const feeOf = (order: Order, feePercent = 50) => cancellationFee(order, { feePercent });

  it('is nothing before the kitchen starts', () => {
    expect([aPlacedOrder(), aConfirmedOrder()].map((order) => feeOf(order))).toEqual([null, null]);
  });

  it('is a share of the total once the kitchen has begun', () => {
    expect([anOrderBeingCooked(), aReadyOrder()].map((order) => feeOf(order))).toEqual([euros(850), euros(850)]);
  });

  it('is rounded down, in favour of the customer', () => {
    const meal = { lines: [aMeal({ quantity: 1, unitPrice: euros(333) })], total: euros(333) };
    const order = anOrderThatWasTold(
      { type: 'Confirm' },
      { type: 'Revise', revision: 4, ...meal },
      { type: 'BeginPreparation' },
    );
    expect(feeOf(order)).toEqual(euros(166));
  });

  it('is nothing where the policy says 0 %', () => {
    expect(feeOf(anOrderBeingCooked(), 0)).toBeNull();
  });

  it.each(everyStage.slice(4))('cannot be asked any more when the order is %s', (_, order) => {
    expect(refusalOf(() => feeOf(order))).toBe('order.cannot-cancel (conflict)');
  });

  it('cannot be asked of an order that was never placed', () => {
    expect(refusalOf(() => feeOf(noOrder))).toBe('order.cannot-cancel (conflict)');
  });
});

describe('revising', () => {
  it.each(everyStage.filter(([stage]) => stage !== 'confirmed'))('is refused when the order is %s', (_, order) => {
    expect(refusalOf(() => refuseRevisionUnlessConfirmed(order))).toBe('order.cannot-revise (conflict)');
  });

  it('is possible when the order is confirmed', () => {
    expect(refusalOf(() => refuseRevisionUnlessConfirmed(aConfirmedOrder()))).toBe('none');
  });

  it('is refused when a confirmed order is being cancelled', () => {
    const order = anOrderThatWasTold({ type: 'Confirm' }, { type: 'BeginCancellation', reason: 'no' });
    expect(refusalOf(() => refuseRevisionUnlessConfirmed(order))).toBe('order.cannot-revise (conflict)');
  });

  it('changes lines and total and nothing else', () => {
    const lines = [aMeal({ quantity: 3 })];
    const revised = anOrderThatWasTold(
      { type: 'Confirm' },
      { type: 'Revise', revision: 4, lines, total: euros(2_550) },
    );
    expect(revised).toEqual({ ...aConfirmedOrder(), revision: 4, lines, total: euros(2_550) });
  });

  it('counts even if the kitchen has begun since it was agreed', () => {
    const revise: OrderCommand = { type: 'Revise', revision: 4, lines: [aMeal({ quantity: 3 })], total: euros(2_550) };
    expect(decide(anOrderBeingCooked(), revise)).toHaveLength(1);
  });

  it('counts once, whoever says so again, and an older one no more', () => {
    const revise = (revision: number): OrderCommand => ({
      type: 'Revise',
      revision,
      lines: [aMeal({ quantity: revision })],
      total: euros(850 * revision),
    });
    const order = anOrderThatWasTold({ type: 'Confirm' }, revise(4));
    expect([2, 4, 6].map((revision) => decide(order, revise(revision)).length)).toEqual([0, 0, 1]);
  });

  it('of which only lines and total were stored counts as it did', () => {
    const revised = evolve(aConfirmedOrder(), { type: 'Revised', lines: [aMeal()], total: euros(1) });
    expect(revised).toEqual({ ...aConfirmedOrder(), lines: [aMeal()], total: euros(1) });
  });

  it('leaves the order as it was when it is refused', () => {
    expect(anOrderThatWasTold({ type: 'Confirm' }, { type: 'RefuseRevision', reason: 'no' })).toEqual(
      aConfirmedOrder(),
    );
  });

  it('is not refused any more when the order is delivered: nothing follows its end', () => {
    expect(decide(aDeliveredOrder(), { type: 'RefuseRevision', reason: 'no' })).toEqual([]);
  });

  it('means nothing any more to a cancelled order', () => {
    const commands: OrderCommand[] = [
      { type: 'Revise', revision: 4, lines: [aMeal()], total: euros(1) },
      { type: 'RefuseRevision', reason: 'no' },
    ];
    expect(commands.flatMap((command) => decide(aCancelledOrder(), command))).toEqual([]);
  });
});

describe('what the world hears', () => {
  it.each<[OrderEvent, string]>([
    [{ type: 'Placed', ...dinner }, 'order.placed'],
    [{ type: 'Revised', lines: [aMeal()], total: euros(1_700) }, 'order.revised'],
    [{ type: 'RevisionRefused', reason: 'no' }, 'order.revision-refused'],
    [{ type: 'Confirmed' }, 'order.confirmed'],
    [{ type: 'PreparationBegun' }, 'order.preparing'],
    [{ type: 'MadeReady' }, 'order.ready'],
    [{ type: 'PickedUp' }, 'order.picked-up'],
    [{ type: 'Delivered' }, 'order.delivered'],
    [{ type: 'CancellationBegun', reason: 'no' }, 'order.cancelling'],
    [{ type: 'Cancelled', reason: 'no', fee: euros(850) }, 'order.cancelled'],
  ])('$type is announced, with all that it carries', (event, type) => {
    const { type: _, ...told } = event;
    expect(announce(dinner.orderId, event)).toMatchObject({ type, key: dinner.orderId, data: told });
  });
});
