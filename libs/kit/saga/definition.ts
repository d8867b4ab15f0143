import type { AnyMessageType, Draft } from '../core';

/** What a message does to the saga and to its own module. */
export interface Consequence<Data, Own> {
  /** What the saga remembers from here on. */
  data?: Data;
  /** A command to the saga's own module, carried out in the same transaction. */
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
  /** What follows from the answer, in the same transaction. */
  then?: (data: Data, answer: Draft) => Consequence<Data, Own>;
  /** The answers by which it has failed, with nothing left to undo. */
  failed: readonly AnyMessageType[];
  /** Why the saga ends when this fails, or takes too long (`answer` is undefined then). A sentence for a person. */
  failureReason: (data: Data, answer: Draft | undefined) => string;
  /** How long to wait for the answer. When it is over, the step may or may not have happened: it is undone, too. */
  withinMs: number;
  /** `'nothing'` when there is nothing to take back, `'impossible'` when it cannot be: then a later failure needs an operator. */
  undo: Undo<Data, Own> | 'nothing' | 'impossible';
  /** News that may come while the saga waits for the answer, and what follows from them. */
  interim?: Interim<Data, Own>;
  /**
   * Whether an answer is to this very request, for sagas that can be begun again under the same id: an earlier request may still be
   * answered. `undoing`: whether it should be an answer to the undo. Default: it is.
   */
  isAnswer?: (data: Data, answer: Draft, undoing: boolean) => boolean;
}

/** How a step is taken back. */
export interface Undo<Data, Own> {
  /** A command whose receiver copes with a step that never happened, or is still to come; `'impossible'` when it is too late for it. */
  send: (data: Data, why: string) => Draft | 'impossible';
  /** The answers by which it is undone. */
  done: readonly [AnyMessageType, ...AnyMessageType[]];
  /** What the saga remembers of that answer. */
  onCompensated?: (data: Data, answer: Draft) => Data;
  /** How the step may turn out, while it is being undone, to be past undoing. */
  tooLate?: TooLate<Data, Own>;
}

/** News that move nothing forward. */
export interface Interim<Data, Own> {
  news: readonly AnyMessageType[];
  /** What follows from them, in the same transaction. */
  onInterim: (data: Data, news: Draft) => Consequence<Data, Own>;
}

/**
 * The command to undo and the event that makes undoing impossible may cross on their way. Then what has happened counts: the saga resumes
 * the step that it had interrupted, and takes that step for done. Only for the last step that has something to undo.
 */
export interface TooLate<Data, Own> {
  /** The event cannot happen before this step was begun. */
  since: string;
  /** The events that show it; if one comes at all, it comes before any answer to the undo. */
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
  /** The local command at the end of the last step. */
  completed?: (data: Data) => Own;
  /** … when the saga begins to undo. */
  undoing?: (data: Data, why: string) => Own;
  /** … when everything is undone. */
  undone: (data: Data, why: string) => Own;
  /** How long an undo may take before an operator is called. The saga never gives an undo up. */
  undoWithinMs: number;
}

/** Checks a definition. @throws when a step cannot work as it is written. */
export function defineSaga<Data, Own>(definition: SagaDefinition<Data, Own>): SagaDefinition<Data, Own> {
  const names = new Set<string>();
  for (const [at, { name, undo, withinMs }] of definition.steps.entries()) {
    if (names.has(name)) throw new Error(`${definition.name} has two steps called '${name}'`);
    names.add(name);
    if (typeof undo === 'object' && undo.done.length === 0) throw new Error(`'${name}' needs an answer to its undo`);
    const tooLate = typeof undo === 'object' ? undo.tooLate : undefined;
    const later = definition.steps.slice(at + 1);
    if (tooLate && !later.some(({ name }) => name === tooLate.since))
      throw new Error(`'${name}' may be too late to undo since '${tooLate.since}', which is no later step`);
    if (tooLate && later.some(({ undo }) => typeof undo === 'object'))
      throw new Error(`when it turns out to be too late to undo '${name}', a later step is undone already`);
    if (!(withinMs > 0)) throw new Error(`'${name}' needs a time limit`);
  }
  return definition;
}

/** Every message type that the saga waits for. */
export function typesOf<Data, Own>({ steps }: SagaDefinition<Data, Own>): AnyMessageType[] {
  const types = steps.flatMap(({ done, failed, interim, undo }) => [
    ...done,
    ...failed,
    ...(interim?.news ?? []),
    ...(typeof undo === 'object' ? [...undo.done, ...(undo.tooLate?.news ?? [])] : []),
  ]);
  return [...new Map(types.map((type) => [type.type, type])).values()];
}
