import type { Draft } from '../../core';
import { defineSaga, start, type Step, type TooLate, type Undo } from '..';
import { abort, given, retry, timeIsUp } from '../testing';
import {
  BandBooked,
  BandBusy,
  BandCancelled,
  BandThinking,
  BookBand,
  CancelBand,
  FireworksLit,
  FireworksWet,
  HallLeft,
  HallRented,
  HallTaken,
  LeaveHall,
  LightFireworks,
  PartyDull,
  PartyOver,
  PutUpTent,
  RentHall,
  TentUp,
  ThrowParty,
  celebrate,
  steps,
  type Party,
} from './party';

const id = 'midsummer';
const party: Party = { id };
const rented = HallRented({ id });
const booked = BandBooked({ id, band: 'the Beetles' });
const lit = FireworksLit({ id });
const planning = given(celebrate, party);
const withHall = given(celebrate, party, rented);
const withBand = given(celebrate, party, rented, booked);
const withFireworks = given(celebrate, party, rented, booked, lit);

describe('a saga that goes well', () => {
  it('asks for the first step when it starts', () => {
    planning.then(RentHall({ id })).waitsFor('rent the hall');
  });

  it('asks for the next step when one is done', () => {
    withHall.then(BookBand({ id })).waitsFor('book the band');
  });

  it('leaves out a step that it does not need', () => {
    expect(withHall.state.ledger.map(({ step }) => step)).toEqual(['rent the hall', 'book the band']);
  });

  it('takes the step that it needs', () => {
    given(celebrate, { id, rain: true }).when(rented).then(PutUpTent({ id })).waitsFor('put up the tent');
  });

  it('tells its own module what follows from an answer, before it asks for more', () => {
    withHall.when(booked).then('band is coming', LightFireworks({ id }));
  });

  it('remembers what it learns from an answer', () => {
    withFireworks.when(PartyOver({ id })).then('that was the Beetles').endsAs('completed');
  });

  it('listens to news while it waits, and waits on', () => {
    withHall.when(BandThinking({ id })).then('band is thinking').waitsFor('book the band');
  });

  it('gives every wait its own time limit, and keeps it through news', () => {
    expect(withHall.when(booked).limit).toEqual({ withinMs: 4_000, epoch: withHall.state.epoch + 1 });
    expect(withHall.when(BandThinking({ id })).limit).toBeUndefined();
  });

  it('needs no time limit any more when it has ended', () => {
    expect(withFireworks.when(PartyOver({ id })).limit).toBeNull();
  });
});

describe('a saga that fails', () => {
  it('has nothing to undo when its first step is refused', () => {
    planning
      .when(HallTaken({ id }))
      .then('calling it off: the hall is taken', 'called off: the hall is taken')
      .endsAs('undone');
  });

  it('undoes what was done, but not the step that was refused', () => {
    withHall
      .when(BandBusy({ id }))
      .then('calling it off: there is no band', LeaveHall({ id }))
      .waitsFor('rent the hall');
  });

  it('undoes the step that it was waiting for too when time runs out: it may have happened', () => {
    withHall.when(timeIsUp).then('calling it off: there is no band', CancelBand({ id })).waitsFor('book the band');
  });

  it('undoes one step after the other, the last first', () => {
    withHall.and(timeIsUp).when(BandCancelled({ id })).then(LeaveHall({ id })).waitsFor('rent the hall');
  });

  it('ends when the first step is undone', () => {
    withHall.and(BandBusy({ id })).when(HallLeft({ id })).then('called off: there is no band').endsAs('undone');
  });

  it('passes over steps with nothing to undo', () => {
    given(celebrate, { id, rain: true }, rented, TentUp({ id }))
      .when(BandBusy({ id }))
      .then('calling it off: there is no band', LeaveHall({ id }));
  });

  it('is undone when somebody wants it, with the step that it was waiting for', () => {
    withHall.when(abort('rain')).then('calling it off: rain', CancelBand({ id }));
  });

  it('does not begin to undo a second time', () => {
    withHall.and(abort('rain')).when(abort('hail')).thenNothing();
  });
});

describe('a saga that finds out too late that it is too late to undo', () => {
  const step = (name: string) => steps.find((each) => each.name === name)!;
  const tooLate = { since: 'throw the party', news: [PartyOver], then: () => ({ localCommand: 'that was too late' }) };
  const withTooLate = (each: Step<Party, string>, late: TooLate<Party, string>) => ({
    ...each,
    undo: { ...(each.undo as Undo<Party, string>), tooLate: late },
  });
  const band = withTooLate(step('book the band'), tooLate);
  const lights = { ...step('light the fireworks'), undo: 'nothing' as const };
  const late = defineSaga({ ...celebrate, steps: [step('rent the hall'), band, lights, step('throw the party')] });
  const undoing = given(late, party, rented, booked, lit, abort('rain'));

  it('takes up what it broke off, and takes that for done', () => {
    undoing.then('calling it off: rain', CancelBand({ id }));
    undoing.when(PartyOver({ id })).then('that was too late', 'that was the Beetles').endsAs('completed');
  });

  it('asks nobody for what had been done already', () => {
    const { state } = undoing.and(PartyOver({ id }));
    expect(state.ledger.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done']);
  });

  it('undoes as ever when it is not too late', () => {
    undoing.when(BandCancelled({ id })).then(LeaveHall({ id }));
  });

  it('does not believe it of something that was not begun', () => {
    given(late, party, rented, booked, abort('rain')).when(PartyOver({ id })).thenNothing();
  });

  it('needs a person when what it broke off was refused', () => {
    const refused = given(late, party, rented, booked, lit, PartyDull({ id }));
    const help = refused.and(PartyOver({ id }));
    help.then('that was too late');
    expect(help.state.alarm).toBe("nobody dances. But 'book the band' cannot be undone.");
    help.when(retry).then(ThrowParty({ id }));
  });

  it('cannot be told of a step that is no later one, or before one that is undone first', () => {
    const mistaken = (late: TooLate<Party, string>) => () =>
      defineSaga({ ...celebrate, steps: [withTooLate(step('rent the hall'), late), band, lights] });
    expect(mistaken({ ...tooLate, since: 'rent the hall' })).toThrow("since 'rent the hall', which is no later step");
    expect(mistaken({ ...tooLate, since: 'book the band' })).toThrow('a later step is undone already');
  });
});

describe('a saga that hears what does not concern it now', () => {
  it('ignores an answer that comes twice', () => {
    withHall.when(rented).thenNothing();
  });

  it('ignores a late answer to a step that it is undoing', () => {
    withHall.and(timeIsUp).when(booked).thenNothing();
  });

  it('ignores the undoing of a step that it is not undoing yet', () => {
    withHall.and(timeIsUp).when(HallLeft({ id })).thenNothing();
  });

  it('ignores an undoing as long as nothing is being undone', () => {
    planning.when(HallLeft({ id })).thenNothing();
  });

  it('ignores everything when it has ended', () => {
    const ended = planning.and(HallTaken({ id }));
    for (const happening of [rented, HallLeft({ id }), timeIsUp, abort('rain'), retry])
      ended.when(happening).thenNothing();
  });
});

describe('a saga that is begun again under the same id', () => {
  const isAnswer: Step<Party, string>['isAnswer'] = (_, { data }, undoing) =>
    (data as { reason?: string }).reason === (undoing ? 'undo' : undefined);
  const [hall, ...rest] = steps as [Step<Party, string>, ...Step<Party, string>[]];
  const careful = given(defineSaga({ ...celebrate, steps: [{ ...hall, isAnswer }, ...rest] }), party);

  it('takes only what answers its own request for an answer', () => {
    careful.when(HallRented({ id, reason: 'before' })).thenNothing();
    careful.when(rented).then(BookBand({ id }));
  });

  it('tells an answer to its undo from one to its request', () => {
    const undoing = careful.and(timeIsUp);
    undoing.when(HallLeft({ id })).thenNothing();
    undoing.when(HallLeft({ id, reason: 'undo' })).endsAs('undone');
  });

  it('counts its waits on from where the one before has ended, whose time limits may still be on their way', () => {
    const { state, limit } = start(celebrate, party, 7);
    expect([state.epoch, limit]).toEqual([8, { withinMs: 1_000, epoch: 8 }]);
  });
});

describe('what cannot be undone', () => {
  it('makes a later failure a case for a person, and leaves everything as it is', () => {
    withFireworks
      .when(PartyDull({ id }))
      .callsForHelp("nobody dances. But 'light the fireworks' cannot be undone.")
      .waitsFor('throw the party');
  });

  it('makes its own time limit a case for a person: it may have happened', () => {
    withBand.when(timeIsUp).callsForHelp("the fireworks are wet. But 'light the fireworks' cannot be undone.");
  });

  it('may become so only by what happened since', () => {
    const send = ({ id, band }: Party) => (band ? 'impossible' : LeaveHall({ id }));
    const [hall, ...rest] = steps as [Step<Party, string>, ...Step<Party, string>[]];
    const strict = defineSaga({ ...celebrate, steps: [{ ...hall, undo: { send, done: [HallLeft] } }, ...rest] });
    given(strict, party, rented).when(BandBusy({ id })).then('calling it off: there is no band', LeaveHall({ id }));
    given(strict, party, rented, booked)
      .when(FireworksWet({ id }))
      .callsForHelp("the fireworks are wet. But 'rent the hall' cannot be undone.");
  });

  it('is no obstacle when it was refused', () => {
    withBand.when(FireworksWet({ id })).then('calling it off: the fireworks are wet.', CancelBand({ id }));
  });

  it('goes on by itself when the answer comes after all', () => {
    const late = withBand.and(timeIsUp).and(lit);
    late.then(ThrowParty({ id }));
    expect(late.state.alarm).toBeNull();
  });

  it('waits without a time limit for the person who was called', () => {
    expect(withBand.when(timeIsUp).limit).toBeNull();
  });

  it('asks again when a person wants it, with a new time limit', () => {
    const again = withBand.and(timeIsUp).when(retry).then(LightFireworks({ id })).waitsFor('light the fireworks');
    expect([again.state.alarm, again.limit]).toEqual([null, { withinMs: 4_000, epoch: withBand.state.epoch + 1 }]);
  });

  it('begins a refused step anew when a person wants it', () => {
    const { ledger } = withFireworks.and(PartyDull({ id })).and(retry).state;
    expect(ledger.at(-1)).toEqual({ step: 'throw the party', outcome: 'waiting' });
  });

  it('completes when the step works that was begun anew', () => {
    withFireworks
      .and(PartyDull({ id }))
      .and(retry)
      .when(PartyOver({ id }))
      .then('that was the Beetles')
      .endsAs('completed');
  });
});

describe('an answer to an undo', () => {
  it('can be remembered: what was taken back may not be what one wanted to take back', () => {
    const onCompensated = (data: Party, { data: answer }: Draft): Party => ({ ...data, band: JSON.stringify(answer) });
    const [hall, ...rest] = steps as [Step<Party, string>, ...Step<Party, string>[]];
    const observant = defineSaga({
      ...celebrate,
      steps: [{ ...hall, undo: { ...(hall.undo as Undo<Party, string>), onCompensated } }, ...rest],
    });
    const { state } = given(observant, party, rented, BandBusy({ id })).when(HallLeft({ id, reason: 'for a fee' }));
    expect(state.data.band).toBe('{"id":"midsummer","reason":"for a fee"}');
  });
});

describe('an undo that takes too long', () => {
  const undoing = withHall.and(BandBusy({ id }));
  const stuck = undoing.and(timeIsUp);

  it('calls a person and is not given up', () => {
    undoing.when(timeIsUp).callsForHelp("'rent the hall' is not undone in time").waitsFor('rent the hall');
  });

  it('goes on by itself when it is done after all', () => {
    const { state } = stuck.when(HallLeft({ id })).then('called off: there is no band').endsAs('undone');
    expect(state.alarm).toBeNull();
  });

  it('is asked for again when a person wants it', () => {
    const again = stuck.when(retry).then(LeaveHall({ id })).waitsFor('rent the hall');
    expect([again.state.alarm, again.limit]).toEqual([null, { withinMs: 9_000, epoch: again.state.epoch }]);
  });
});

describe('a definition that cannot work', () => {
  const [first] = steps as [Step<Party, string>];
  const define = (...some: Step<Party, string>[]) => defineSaga({ ...celebrate, steps: some });

  it.each([
    ['two steps of one name', () => define(first, first), "two steps called 'rent the hall'"],
    [
      'an undo without an answer',
      () => define({ ...first, undo: { ...(first.undo as Undo<Party, string>), done: [] as never } }),
      'needs an answer to its undo',
    ],
    ['no time limit', () => define({ ...first, withinMs: 0 }), 'needs a time limit'],
  ])('is refused: %s', (_, attempt, why) => {
    expect(attempt).toThrow(why);
  });
});
