import { z } from 'zod';
import { defineCommand, defineEvent } from '../../core';
import { defineSaga, type SagaDefinition, type Step } from '..';

/** What the saga of the examples is about. */
export interface Party {
  id: string;
  rain?: boolean;
  band?: string;
}

const about = z.object({ id: z.string() });
const byId = { key: ({ id }: { id: string }) => id };
const command = (type: string) => defineCommand(type, 1, about, byId);
const event = (type: string) =>
  defineEvent(type, 1, about.extend({ reason: z.string().optional(), band: z.string().optional() }), byId);

export const RentHall = command('hall.rent');
export const HallRented = event('hall.rented');
export const HallTaken = event('hall.taken');
export const LeaveHall = command('hall.leave');
export const HallLeft = event('hall.left');
export const PutUpTent = command('tent.put-up');
export const TentUp = event('tent.up');
export const BookBand = command('band.book');
export const BandBooked = event('band.booked');
export const BandBusy = event('band.busy');
export const BandThinking = event('band.thinking');
export const CancelBand = command('band.cancel');
export const BandCancelled = event('band.cancelled');
export const LightFireworks = command('fireworks.light');
export const FireworksLit = event('fireworks.lit');
export const FireworksWet = event('fireworks.wet');
export const ThrowParty = command('party.throw');
export const PartyOver = event('party.over');
export const PartyDull = event('party.dull');

export const steps: Step<Party, string>[] = [
  {
    name: 'rent the hall',
    send: ({ id }) => RentHall({ id }),
    done: [HallRented],
    failed: [HallTaken],
    withinMs: 1_000,
    failureReason: (_, answer) => (answer ? 'the hall is taken' : 'the hall did not answer'),
    undo: { send: ({ id }) => LeaveHall({ id }), done: [HallLeft] },
  },
  {
    name: 'put up the tent',
    when: ({ rain }) => rain === true,
    send: ({ id }) => PutUpTent({ id }),
    done: [TentUp],
    failed: [],
    withinMs: 2_000,
    failureReason: () => 'the tent is not up',
    undo: 'nothing',
  },
  {
    name: 'book the band',
    send: ({ id }) => BookBand({ id }),
    done: [BandBooked],
    then: (party, { data }) => ({
      data: { ...party, band: (data as { band?: string }).band ?? 'a band' },
      localCommand: 'band is coming',
    }),
    failed: [BandBusy],
    interim: { news: [BandThinking], onInterim: () => ({ localCommand: 'band is thinking' }) },
    withinMs: 3_000,
    failureReason: () => 'there is no band',
    undo: { send: ({ id }) => CancelBand({ id }), done: [BandCancelled] },
  },
  {
    name: 'light the fireworks',
    send: ({ id }) => LightFireworks({ id }),
    done: [FireworksLit],
    failed: [FireworksWet],
    withinMs: 4_000,
    failureReason: () => 'the fireworks are wet.',
    undo: 'impossible',
  },
  {
    name: 'throw the party',
    send: ({ id }) => ThrowParty({ id }),
    done: [PartyOver],
    failed: [PartyDull],
    withinMs: 5_000,
    failureReason: () => 'nobody dances.',
    undo: 'nothing',
  },
];

export const celebrate: SagaDefinition<Party, string> = defineSaga<Party, string>({
  name: 'party.celebrate',
  version: 1,
  steps,
  completed: ({ band }) => `that was ${band}`,
  undoing: (_, why) => `calling it off: ${why}`,
  undone: (_, why) => `called off: ${why}`,
  undoWithinMs: 9_000,
});
