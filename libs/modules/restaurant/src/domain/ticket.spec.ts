import { DomainError } from '@thali/kit/core';
import { aTicket } from '../../testing/tickets';
import {
  acceptTicket,
  cancelTicket,
  confirmTicket,
  delayTicket,
  evolve,
  fateOfHold,
  finishTicket,
  holdOf,
  nextOnAutopilot,
  prepareTicket,
  refuseRevision,
  rejectTicket,
  type Ticket,
  type TicketEvent,
} from './ticket';

const after = (ticket: Ticket, ...events: TicketEvent[]) => events.reduce(evolve, ticket);
const codeOf = (decide: () => unknown) => {
  try {
    decide();
    return 'no error';
  } catch (error) {
    return (error as DomainError).code;
  }
};

describe('a ticket', () => {
  it('goes from open to ready, one word of the cook or the order at a time', () => {
    const accepted = after(aTicket(), ...acceptTicket(aTicket()));
    const confirmed = after(accepted, ...confirmTicket(accepted));
    const preparing = after(confirmed, ...prepareTicket(confirmed));
    const ready = after(preparing, ...finishTicket(preparing));
    expect([accepted, confirmed, preparing, ready].map(({ status }) => status)).toEqual([
      'accepted',
      'confirmed',
      'preparing',
      'ready',
    ]);
  });

  it('is not cooked before the order is confirmed', () => {
    expect(codeOf(() => prepareTicket(aTicket({ status: 'accepted' })))).toBe('restaurant.cannot-prepare');
    expect(codeOf(() => prepareTicket(aTicket({ status: 'open' })))).toBe('restaurant.cannot-prepare');
  });

  it.each([
    ['accept', 'accepted', acceptTicket],
    ['accept', 'ready', acceptTicket],
    ['prepare', 'ready', prepareTicket],
    ['finish', 'ready', finishTicket],
  ] as const)('takes %s, said again when %s, for what it is: nothing new', (_, status, decide) => {
    expect(decide(aTicket({ status }))).toEqual([]);
  });

  it.each([
    ['rejected', 'restaurant.cannot-accept', acceptTicket],
    ['cancelled', 'restaurant.cannot-accept', acceptTicket],
    ['cancelled', 'restaurant.cannot-prepare', prepareTicket],
    ['confirmed', 'restaurant.cannot-finish', finishTicket],
  ] as const)('that is %s answers %s', (status, code, decide) => {
    expect(codeOf(() => decide(aTicket({ status })))).toBe(code);
  });

  it('cannot be rejected on one device once it was accepted on another', () => {
    expect(codeOf(() => rejectTicket(aTicket({ status: 'accepted' }), 'no dosa'))).toBe('restaurant.cannot-reject');
  });

  it('keeps the first reason when it is rejected twice', () => {
    expect(rejectTicket(aTicket({ status: 'rejected', reason: 'no dosa' }), 'no idli')).toEqual([]);
  });

  it('is late by what was said last, not by the sum', () => {
    const late = after(aTicket(), ...delayTicket(aTicket(), 10));
    expect(delayTicket(late, 10)).toEqual([]);
    expect(after(late, ...delayTicket(late, 15)).delayedByMinutes).toBe(15);
    expect(codeOf(() => delayTicket(aTicket({ status: 'ready' }), 5))).toBe('restaurant.cannot-delay');
  });

  it('that is over is not confirmed and not cancelled again', () => {
    expect(confirmTicket(aTicket({ status: 'cancelled' }))).toEqual([]);
    expect(cancelTicket(aTicket({ status: 'rejected' }), 'changed my mind')).toEqual([]);
  });

  it('can be revised until the kitchen begins', () => {
    expect((['open', 'accepted', 'confirmed'] as const).map((status) => refuseRevision(aTicket({ status })))).toEqual([
      null,
      null,
      null,
    ]);
    expect(refuseRevision(aTicket({ status: 'preparing' }))).toMatch(/begun/);
    expect(refuseRevision(aTicket({ status: 'cancelled' }))).toMatch(/any more/);
    expect(refuseRevision(undefined)).toMatch(/not seen/);
  });
});

describe('the portions of a ticket', () => {
  it('are held per item, whatever the modifiers', () => {
    const lines = [
      { itemId: 'dosa', name: 'Dosa', quantity: 2, modifierIds: [] },
      { itemId: 'chai', name: 'Chai', quantity: 1, modifierIds: [] },
      { itemId: 'dosa', name: 'Dosa', quantity: 1, modifierIds: ['ghee'] },
    ];
    expect(holdOf(aTicket({ lines })).portions).toEqual([
      { itemId: 'dosa', quantity: 3 },
      { itemId: 'chai', quantity: 1 },
    ]);
  });

  it.each([
    ['open', 'rejected', 'release'],
    ['confirmed', 'cancelled', 'release'],
    ['confirmed', 'preparing', 'commit'],
    ['preparing', 'cancelled', undefined],
    ['preparing', 'ready', undefined],
    ['open', 'accepted', undefined],
  ] as const)('from %s to %s: %s', (before, now, fate) => {
    expect(fateOfHold(aTicket({ status: before }), aTicket({ status: now }))).toBe(fate);
  });
});

describe('a kitchen on autopilot', () => {
  it('accepts, prepares and finishes, and waits for the order in between', () => {
    const next = (status: Ticket['status']) => nextOnAutopilot(aTicket({ status, autopilot: true }));
    expect((['open', 'accepted', 'confirmed', 'preparing', 'ready', 'cancelled'] as const).map(next)).toEqual([
      'accept',
      undefined,
      'prepare',
      'finish',
      undefined,
      undefined,
    ]);
  });

  it('is the only one that does anything by itself', () => {
    expect(nextOnAutopilot(aTicket({ status: 'open', autopilot: false }))).toBeUndefined();
  });
});
