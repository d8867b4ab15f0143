import fc from 'fast-check';
import type { AnyMessageType, Draft } from '../../core';
import { defineSaga, type SagaDefinition, type Step } from '..';
import { playOut, type Play } from '../testing';

type Own = 'completed' | 'undoing' | 'undone';

interface Shape {
  undo: 'command' | 'nothing' | 'impossible';
  refusable: boolean;
  needed: boolean;
  asked: boolean;
}

const draft = (type: string): Draft => ({ type, version: 1, key: 'k', data: {} });
const typed = (type: string) => ({ type }) as AnyMessageType;

/** Steps of every kind, called by their place: 'step 0', 'step 1', … */
function aSaga(shapes: readonly Shape[]): SagaDefinition<object, Own> {
  const steps = shapes.map(({ undo, refusable, needed, asked }, at): Step<object, Own> => {
    const name = `step ${at}`;
    return {
      name,
      when: () => needed,
      send: asked ? () => draft(`do ${name}`) : 'nothing',
      done: [typed(`${name} is done`)],
      failed: refusable ? [typed(`${name} has failed`)] : [],
      interim: { news: [typed(`news of ${name}`)], onInterim: () => ({}) },
      withinMs: 1_000,
      failureReason: () => `${name} did not work.`,
      undo: undo === 'command' ? { send: () => draft(`undo ${name}`), done: [typed(`${name} is undone`)] } : undo,
    };
  });
  return defineSaga({
    name: 'any.saga',
    version: 1,
    steps,
    completed: () => 'completed',
    undoing: () => 'undoing',
    undone: () => 'undone',
    undoWithinMs: 1_000,
  });
}

const shapes = fc.array(
  fc.record({
    undo: fc.constantFrom<Shape['undo'][]>('command', 'command', 'command', 'nothing', 'impossible'),
    refusable: fc.boolean(),
    needed: fc.oneof({ arbitrary: fc.constant(true), weight: 4 }, { arbitrary: fc.constant(false), weight: 1 }),
    asked: fc.oneof({ arbitrary: fc.constant(true), weight: 4 }, { arbitrary: fc.constant(false), weight: 1 }),
  }),
  { maxLength: 6, size: 'max' },
);
const chance = fc.array(fc.nat({ max: 1_000 }), { maxLength: 60, size: 'max' });

type Judge = (play: Play<object, Own>, steps: readonly Shape[]) => void;

function everyPlay(judge: Judge): void {
  fc.assert(
    fc.property(shapes, fc.nat(8), chance, (steps, calmTurns, numbers) => {
      judge(playOut({ definition: aSaga(steps), data: {}, calmTurns, chance: numbers, answer: draft }), steps);
    }),
    { numRuns: 500 },
  );
}

function everyPlayThatIs(status: 'completed' | 'undone', judge: Judge): void {
  everyPlay((play, steps) => {
    if (play.state.status === status) judge(play, steps);
  });
}

const namesOf = (what: 'do' | 'undo', { asked }: Play<object, Own>) =>
  asked.filter((one) => one.what === what).map(({ step }) => step);
const isUnique = (names: readonly string[]) => new Set(names).size === names.length;

describe('any saga, whatever its world does', () => {
  it('ends completed or undone', () => {
    everyPlay(({ state, told }) => {
      expect(['completed', 'undone']).toContain(state.status);
      expect(told).toEqual(state.status === 'completed' ? ['completed'] : ['undoing', 'undone']);
    });
  });

  it('has taken every step that it needs when it is completed, and undone none', () => {
    everyPlayThatIs('completed', (play, steps) => {
      const needed = steps.flatMap((step, at) => (step.needed ? [`step ${at}`] : []));
      expect([...play.standing].sort()).toEqual(needed);
      expect(namesOf('undo', play)).toEqual([]);
    });
  });

  it('has taken back everything that was or may have been done when it is undone', () => {
    everyPlayThatIs('undone', ({ standing }, steps) => {
      expect(standing.filter((name) => steps[Number(name.slice(-1))]?.undo !== 'nothing')).toEqual([]);
    });
  });

  it('asks for each step once, in order, and for each undo once, in reverse order', () => {
    everyPlay((play) => {
      const [done, undone] = [namesOf('do', play), namesOf('undo', play)];
      expect(done).toEqual([...done].sort());
      expect(undone).toEqual([...undone].sort().reverse());
      expect([done, undone].every(isUnique)).toBe(true);
      expect(done).toEqual(expect.arrayContaining(undone));
    });
  });

  it('asks for nothing new once it has begun to undo', () => {
    everyPlay(({ asked }) => {
      const turn = asked.findIndex(({ what }) => what === 'undo');
      expect(asked.slice(turn < 0 ? asked.length : turn).filter(({ what }) => what === 'do')).toEqual([]);
    });
  });

  it('never lets a time limit of an earlier wait do anything', () => {
    everyPlay(({ outdatedLimitsHeeded }) => expect(outdatedLimitsHeeded).toBe(0));
  });

  it('waits for nothing without a time limit, or a person who was called', () => {
    everyPlay(({ openEnds }) => expect(openEnds).toBe(0));
  });

  it('calls a person only because something cannot be undone, or is not undone in time', () => {
    everyPlay(({ alarms }, steps) => {
      for (const alarm of alarms) {
        const [, culprit, complaint] = /'step (\d)' (cannot be undone|is not undone in time)/.exec(alarm) ?? [];
        expect(steps[Number(culprit)]?.undo).toBe(complaint === 'cannot be undone' ? 'impossible' : 'command');
      }
    });
  });

  it('was seen to complete, to be undone, and to be helped', () => {
    const seen = { completed: 0, undone: 0, helped: 0, refused: 0 };
    everyPlay((play) => {
      if (play.state.status === 'completed') seen.completed++;
      if (namesOf('undo', play).length > 0) seen.undone++;
      if (play.alarms.length > 0) seen.helped++;
      if (play.state.ledger.some(({ outcome }) => outcome === 'failed')) seen.refused++;
    });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });
});
