import { evolve, tombstone, requestDelivery, type Delivery, type DeliveryEvent } from './delivery';
import { cancel, deliver, fail, pickUp, readyMeal } from './journey';

const noon = new Date('2026-11-21T12:00:00Z');
const later = new Date('2026-11-21T12:02:00Z');
const mira = { courierId: 'cou_mira', name: 'Mira', autopilot: false };
const jonas = { courierId: 'cou_jonas', name: 'Jonas', autopilot: false };
const route = {
  pickUpAt: { name: 'Saravana', location: { lat: 52.52, lon: 13.4 } },
  deliverTo: { address: 'Torstr. 1', location: { lat: 52.53, lon: 13.41 } },
};

const searching = requestDelivery({ orderId: 'ord_1', deliveryId: 'dlv_1', route, searchUntil: noon });
const after = (...events: DeliveryEvent[]): Delivery => events.reduce(evolve, searching);
const assigned: DeliveryEvent = { type: 'Assigned', courier: mira };
const ready: DeliveryEvent = { type: 'MealReady' };
const pickedUp: DeliveryEvent = { type: 'PickedUp' };
const gaveUp: DeliveryEvent = { type: 'GaveUp', reason: 'a flat tyre', searchUntil: later };

const withMira = after(assigned);
const readyWithMira = after(assigned, ready);
const onItsWay = after(assigned, ready, pickedUp);
const delivered = after(assigned, ready, pickedUp, { type: 'Delivered' });
const lost = after(assigned, ready, pickedUp, { type: 'Failed', reason: 'it fell into the canal' });
const withJonas = after(assigned, ready, gaveUp, { type: 'Assigned', courier: jonas });

describe('a meal', () => {
  it('is picked up once the kitchen has it ready', () => {
    expect(pickUp(readyWithMira, undefined)).toEqual([pickedUp]);
  });

  it('is not picked up before', () => {
    expect(() => pickUp(withMira, undefined)).toThrow(
      expect.objectContaining({ code: 'delivery.meal-not-ready', kind: 'conflict' }),
    );
  });

  it('may be ready before there is a courier', () => {
    expect(pickUp(after(ready, assigned), undefined)).toEqual([pickedUp]);
  });

  it('becomes ready once', () => {
    expect(readyMeal(withMira)).toEqual([ready]);
    expect(readyMeal(readyWithMira)).toEqual([]);
  });

  it('is not picked up without a courier', () => {
    expect(() => pickUp(after(ready), undefined)).toThrow(
      'This delivery cannot be picked up: it is still looking for a courier.',
    );
  });

  it('is delivered after it was picked up, and not before', () => {
    expect(deliver(onItsWay, undefined)).toEqual([{ type: 'Delivered' }]);
    expect(() => deliver(readyWithMira, undefined)).toThrow(
      expect.objectContaining({ code: 'delivery.cannot-deliver' }),
    );
  });

  it('picked up or delivered again changes nothing', () => {
    expect(pickUp(onItsWay, 1)).toEqual([]);
    expect(deliver(delivered, 1)).toEqual([]);
  });
});

describe('a courier who cannot go on', () => {
  it('gives the delivery back before the pick-up, and another courier is looked for', () => {
    expect(fail(withMira, 1, 'a flat tyre', later)).toEqual([gaveUp]);
    expect(after(assigned, gaveUp)).toMatchObject({ status: 'searching', courier: null, searchUntil: later });
  });

  it('loses the meal after the pick-up', () => {
    expect(fail(onItsWay, 1, 'it fell into the canal', later)).toEqual([
      { type: 'Failed', reason: 'it fell into the canal' },
    ]);
  });

  it('can do nothing for it any more once it was given to another', () => {
    const refused = expect.objectContaining({ code: 'delivery.reassigned', kind: 'conflict' });
    expect(withJonas.fence).toBe(2);
    expect(() => pickUp(withJonas, 1)).toThrow(refused);
    expect(() => deliver(withJonas, 1)).toThrow(refused);
    expect(() => fail(withJonas, 1, 'a flat tyre', later)).toThrow(refused);
    expect(pickUp(withJonas, 2)).toEqual([pickedUp]);
  });

  it('cannot fail what has ended', () => {
    expect(() => fail(delivered, 1, 'late', later)).toThrow('This delivery cannot fail: it was delivered.');
    expect(fail(lost, 1, 'late', later)).toEqual([]);
  });
});

describe('cancelling a delivery', () => {
  const called = [{ type: 'Cancelled', reason: 'the customer changed their mind' }];

  it.each([
    ['searches', searching],
    ['has a courier', withMira],
    ['is on its way', onItsWay],
  ])('ends it while it %s', (_, delivery) => {
    expect(cancel(delivery, 'the customer changed their mind')).toEqual(called);
    expect(evolve(delivery, { type: 'Cancelled', reason: '' })).toMatchObject({ status: 'cancelled', courier: null });
  });

  it.each([
    ['was delivered', delivered],
    ['has failed', lost],
    ['found no courier', after({ type: 'SearchEnded', reason: '' })],
    ['was cancelled', tombstone(searching)],
  ])('changes nothing once it %s', (_, delivery) => {
    expect(cancel(delivery, 'the customer changed their mind')).toEqual([]);
    expect(readyMeal(delivery)).toEqual([]);
  });
});
