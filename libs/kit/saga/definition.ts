import type { AnyMessageType, Draft } from '../core';

/** What a step does to the saga's own module when its answer arrives. */
export interface Consequence<Data, Own> {
  /** What the saga remembers from here on. */
  data?: Data;
  /** What the saga's own module is told, in the same transaction. */
  localCommand?: Own;
}

/**
 * One step: a command to some module, and what may come of it. Nothing is optional that could be forgotten: every step has a time limit
 * and says how it is undone.
 */
export interface Step<Data, Own> {
  /** A phrase that the people who do the work would understand: 'ask the kitchen'. */
  name: string;
  /** Whether this saga needs the step; default: always. */
  when?: (data: Data) => boolean;
  /** The command that asks for it; `'nothing'` when it happens without being asked. */
  send: ((data: Data) => Draft) | 'nothing';
  /** The answers by which it is done. */
  done: readonly AnyMessageType[];
  /** The answers by which it has failed, with nothing left to undo. */
  failed: readonly AnyMessageType[];
  /** What follows from the answer, in the same transaction. */
  then?: (data: Data, answer: Draft) => Consequence<Data, Own>;
  /** News that may come while we wait for the answer. */
  interim?: readonly AnyMessageType[];
  onInterim?: (data: Data, news: Draft) => Consequence<Data, Own>;
  /** How long to wait for the answer. When it is over, the step may or may not have happened: it is undone, too. */
  withinMs: number;
  /** Why the saga ends when this fails, or takes too long (`answer` is undefined then). A sentence for a person. */
  failureReason: (data: Data, answer: Draft | undefined) => string;
  /**
   * Takes the step back: a command whose receiver copes with a step that never happened, or is still to come. `'nothing'` when there is
   * nothing to take back, `'impossible'` when it cannot be, or cannot be any more: then a later failure needs a person.
   */
  undo: ((data: Data, why: string) => Draft | 'impossible') | 'nothing' | 'impossible';
  /** The answers by which it is undone; required when `undo` sends something. */
  undone?: readonly AnyMessageType[];
  /** What the saga remembers of that answer. */
  onCompensated?: (data: Data, answer: Draft) => Data;
  /** How it may turn out, while this is being undone, that it is too late for that. */
  tooLate?: TooLate<Data, Own>;
  /**
   * Whether an answer is to this very request, for sagas that can be begun again under the same id: what was asked for before may
   * still be answered. `undoing`: whether it should be an answer to `undo`. Default: it is.
   */
  isAnswer?: (data: Data, answer: Draft, undoing: boolean) => boolean;
}

/**
 * Our wish to undo, and what makes it impossible, may cross on their way. Then what has happened counts: the saga takes up again what it
 * broke off, and takes that for done. For the last step that has something to undo.
 */
export interface TooLate<Data, Own> {
  /** It cannot happen before this step was begun. */
  since: string;
  /** What shows it: comes before any of `undone`, if it comes. */
  news: readonly AnyMessageType[];
  /** What follows from it, in the same transaction. */
  then: (data: Data, news: Draft) => Consequence<Data, Own>;
}

/**
 * A process over several modules, as data. Steps run top to bottom; a failure runs `undo` bottom to top.
 * After Garcia-Molina and Salem, Sagas (1987).
 */
export interface SagaDefinition<Data, Own> {
  /** `<module>.<verb-noun>`; also the name of its subscription. */
  name: string;
  version: number;
  steps: readonly Step<Data, Own>[];
  /** What its own module is told at the end of the last step. */
  completed?: (data: Data) => Own;
  /** … when it begins to undo. */
  undoing?: (data: Data, why: string) => Own;
  /** … when everything is undone. */
  undone: (data: Data, why: string) => Own;
  /** How long an undo may take before a person is called. It is never given up. */
  undoWithinMs: number;
}

/** Checks a definition. @throws when a step cannot work as it is written. */
export function defineSaga<Data, Own>(definition: SagaDefinition<Data, Own>): SagaDefinition<Data, Own> {
  const names = new Set<string>();
  for (const [at, { name, undo, undone, withinMs, tooLate }] of definition.steps.entries()) {
    if (names.has(name)) throw new Error(`${definition.name} has two steps called '${name}'`);
    names.add(name);
    if ((typeof undo === 'function') !== (undone !== undefined))
      throw new Error(`'${name}' needs both undo and undone, or neither`);
    const later = definition.steps.slice(at + 1);
    if (tooLate && !later.some(({ name }) => name === tooLate.since))
      throw new Error(`'${name}' may be too late to undo since '${tooLate.since}', which is no later step`);
    if (tooLate && later.some(({ undo }) => typeof undo === 'function'))
      throw new Error(`when it turns out to be too late to undo '${name}', a later step is undone already`);
    if (!(withinMs > 0)) throw new Error(`'${name}' needs a time limit`);
  }
  return definition;
}

/** Every message type that the saga waits for. */
export function typesOf<Data, Own>({ steps }: SagaDefinition<Data, Own>): AnyMessageType[] {
  const types = steps.flatMap(({ done, failed, interim = [], undone = [], tooLate }) => [
    ...done,
    ...failed,
    ...interim,
    ...undone,
    ...(tooLate?.news ?? []),
  ]);
  return [...new Map(types.map((type) => [type.type, type])).values()];
}
