import type { Draft } from '@thali/kit/core';
import { playOut, type Play } from '@thali/kit/saga/testing';
import fc from 'fast-check';
import { aFulfilment, aPlacedOrder, orderId, timeLimits } from '../../testing/orders';
import { fulfilOrder, type Fulfilment } from './fulfil-order.saga';
import { decide, evolve, type Order, type OrderCommand, type OrderEvent } from './order';

type Fulfilled = Play<Fulfilment, OrderCommand>;

const answer = (type: string): Draft => ({ type, version: 1, key: orderId, data: { orderId, reason: 'because' } });
const chance = fc.array(fc.nat({ max: 1_000 }), { maxLength: 80, size: 'max' });

function everyOrder(judge: (play: Fulfilled, order: Order, events: readonly OrderEvent[]) => void): void {
  fc.assert(
    fc.property(fc.nat(16), chance, (calmTurns, numbers) => {
      const stage = { definition: fulfilOrder(timeLimits), data: aFulfilment(), calmTurns, chance: numbers, answer };
      const play = playOut(stage);
      const { order, events } = told(play.told);
      judge(play, order, events);
    }),
    { numRuns: 500 },
  );
}

function everyOrderThat(
  concerns: (play: Fulfilled, order: Order) => boolean,
  judge: Parameters<typeof everyOrder>[0],
): void {
  everyOrder((play, order, events) => {
    if (concerns(play, order)) judge(play, order, events);
  });
}

function told(commands: readonly OrderCommand[]): { order: Order; events: OrderEvent[] } {
  let order = aPlacedOrder();
  const events = commands.flatMap((command) => {
    const happened = decide(order, command);
    order = happened.reduce(evolve, order);
    return happened;
  });
  return { order, events };
}

/** In the order in which they would be undone. */
const undoable = ['find a courier', 'ask the kitchen', 'hold the money'];
const undosOf = ({ asked }: Fulfilled) => asked.filter(({ what }) => what === 'undo').map(({ step }) => step);

describe('any order, whatever bank, kitchen, couriers and clocks do', () => {
  it('ends delivered or cancelled, and its saga agrees', () => {
    everyOrder(({ state }, order) => {
      const failedDelivery = state.data.deliveryOutcome?.delivered === false;
      const expected = state.status === 'completed' && !failedDelivery ? 'delivered' : 'cancelled';
      expect(order.status).toBe(expected);
    });
  });

  it('ends once: nothing follows', () => {
    everyOrder((_, __, events) => {
      const ends = events.filter(({ type }) => type === 'Delivered' || type === 'Cancelled');
      expect(ends).toEqual([events.at(-1)]);
    });
  });

  it('leaves neither courier nor kitchen nor money behind when it is undone', () => {
    everyOrderThat(
      ({ state }) => state.status === 'undone',
      (play) => {
        expect(play.standing.filter((step) => undoable.includes(step))).toEqual([]);
      },
    );
  });

  it('is undone in reverse, each step once', () => {
    everyOrder((play) => {
      const undone = undosOf(play);
      expect(undone).toEqual(undoable.filter((step) => undone.includes(step)));
    });
  });

  it('is delivered only with the money taken and the meal brought, and nothing undone', () => {
    everyOrderThat(
      (_, { status }) => status === 'delivered',
      (play) => {
        expect(play.asked.filter(({ step }) => step === 'take the money')).toHaveLength(1);
        expect(play.standing).toEqual(expect.arrayContaining([...undoable, 'take the money']));
      },
    );
  });

  it('is never cancelled when the courier has brought it', () => {
    everyOrderThat(
      ({ state }) => state.data.deliveryOutcome?.delivered === true,
      (_, order) => {
        expect(order.status).toBe('delivered');
      },
    );
  });

  it('gives the customer a reason that is a sentence, whenever it is cancelled', () => {
    everyOrderThat(
      (_, { status }) => status === 'cancelled',
      (_, order) => {
        expect(order).toMatchObject({ reason: expect.stringMatching(/^([A-Z].*[a-z.)]|called off)$/) });
      },
    );
  });

  it('was seen to end each way', () => {
    const seen = { delivered: 0, cancelled: 0, helped: 0, refunded: 0, tooLate: 0 };
    everyOrder((play, order) => {
      if (order.status === 'delivered') seen.delivered++;
      if (order.status === 'cancelled') seen.cancelled++;
      if (play.alarms.length > 0) seen.helped++;
      if (play.standing.includes('give the money back')) seen.refunded++;
      if (order.status === 'delivered' && undosOf(play).length > 0) seen.tooLate++;
    });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });
});
