import type { AnyMessageType, Draft } from '../core';
import type { Consequence, SagaDefinition, Step, TooLate } from './definition';

/** What has become of a step that was begun. */
type StepOutcome = 'waiting' | 'done' | 'failed' | 'undoing' | 'undone' | 'nothing-to-undo';

/** A saga in the middle of its life: plain data, stored between messages. */
export interface SagaState<Data> {
  /** `undone`: it has failed, and every step that was or may have been done has been taken back. */
  readonly status: 'running' | 'undoing' | 'completed' | 'undone';
  /** The step it waits for. */
  readonly step: string | null;
  /** Counts the waits; a time limit of an earlier wait is recognised by it. */
  readonly epoch: number;
  readonly data: Data;
  /** The steps begun, in order, and what became of them. */
  readonly ledger: readonly { readonly step: string; readonly outcome: StepOutcome }[];
  /** Why it is undoing, or undone. */
  readonly reason: string | null;
  /** Why a person is needed. Late answers are still welcome, and clear it. */
  readonly alarm: string | null;
}

export type SagaInput =
  | { readonly kind: 'message'; readonly message: Draft }
  | { readonly kind: 'time-limit'; readonly epoch: number }
  /** The saga's owner wants it undone. */
  | { readonly kind: 'abort'; readonly reason: string }
  /** A person wants the command it waits for sent again. */
  | { readonly kind: 'retry' };

/** What is to happen in the transaction that stores the new state. */
export interface Decision<Data, Own> {
  readonly state: SagaState<Data>;
  readonly send: readonly Draft[];
  readonly localCommands: readonly Own[];
  /** A new time limit, instead of the one before; null: none any more; undefined: as before. */
  readonly limit: { readonly withinMs: number; readonly epoch: number } | null | undefined;
}

type Definition<Data, Own> = SagaDefinition<Data, Own>;

/**
 * The first step of a new saga.
 * @param epoch where the one before it under the same id has ended: its time limits may still be on their way.
 */
export function start<Data, Own>(definition: Definition<Data, Own>, data: Data, epoch = 0): Decision<Data, Own> {
  const state: SagaState<Data> = { status: 'running', step: null, epoch, data, ledger: [], reason: null, alarm: null };
  return advance(definition, state, []);
}

/**
 * What a saga does about an input. Pure. An input that does not concern it now, such as a repeated answer, a late one or
 * an outdated time limit, gives undefined.
 */
export function decide<Data, Own>(
  definition: Definition<Data, Own>,
  state: SagaState<Data>,
  input: SagaInput,
): Decision<Data, Own> | undefined {
  const step = definition.steps.find(({ name }) => name === state.step);
  if (!step) return undefined;
  switch (input.kind) {
    case 'message':
      if (step.isAnswer?.(state.data, input.message, state.status === 'undoing') === false) return undefined;
      return state.status === 'running'
        ? onAnswer(definition, state, step, input.message)
        : onUndone(definition, state, step, input.message);
    case 'time-limit':
      if (input.epoch !== state.epoch) return undefined;
      return state.status === 'running'
        ? onLate(definition, state, step)
        : alarm(state, `'${step.name}' is not undone in time`);
    case 'abort':
      return state.status === 'running' ? beginUndo(definition, state, input.reason) : undefined;
    case 'retry':
      return sendAgain(definition, state, step);
  }
}

/** Whether it may still be aborted: nothing has been done that cannot be undone. */
export function canAbort<Data, Own>(definition: Definition<Data, Own>, state: SagaState<Data>): boolean {
  return state.status === 'running' && irrevocable(definition, state) === undefined;
}

/** What a saga waits for: how long, and the type of the command that has asked for it, if any has. */
export function waitOf<Data, Own>(
  definition: Definition<Data, Own>,
  state: SagaState<Data>,
): { withinMs: number; command?: string } | undefined {
  const step = definition.steps.find(({ name }) => name === state.step);
  if (!step) return undefined;
  if (state.status === 'running') return { withinMs: step.withinMs, command: commandOf(step, state.data)[0]?.type };
  const undo = undoOf(step, state.data, state.reason ?? '');
  return { withinMs: definition.undoWithinMs, command: typeof undo === 'object' ? undo.type : undefined };
}

function onAnswer<Data, Own>(
  definition: Definition<Data, Own>,
  state: SagaState<Data>,
  step: Step<Data, Own>,
  message: Draft,
): Decision<Data, Own> | undefined {
  if (isOneOf(step.done, message)) {
    const { data = state.data, localCommand }: Consequence<Data, Own> = step.then?.(state.data, message) ?? {};
    return advance(definition, { ...mark(state, step.name, 'done'), data, alarm: null }, listOf(localCommand));
  }
  if (isOneOf(step.failed, message))
    return beginUndo(definition, mark(state, step.name, 'failed'), step.failureReason(state.data, message));
  if (step.interim && isOneOf(step.interim.news, message)) {
    const { data = state.data, localCommand }: Consequence<Data, Own> = step.interim.onInterim(state.data, message);
    return { state: { ...state, data }, send: [], localCommands: listOf(localCommand), limit: undefined };
  }
  return undefined;
}

function onLate<Data, Own>(
  definition: Definition<Data, Own>,
  state: SagaState<Data>,
  step: Step<Data, Own>,
): Decision<Data, Own> {
  return beginUndo(definition, state, step.failureReason(state.data, undefined));
}

function onUndone<Data, Own>(
  definition: Definition<Data, Own>,
  state: SagaState<Data>,
  step: Step<Data, Own>,
  message: Draft,
): Decision<Data, Own> | undefined {
  if (typeof step.undo !== 'object') return undefined;
  const { done, onCompensated, tooLate } = step.undo;
  if (tooLate && isOneOf(tooLate.news, message)) return goOn(definition, state, step, tooLate, message);
  if (!isOneOf(done, message)) return undefined;
  const data = onCompensated?.(state.data, message) ?? state.data;
  return undoNext(definition, { ...mark(state, step.name, 'undone'), data, alarm: null }, []);
}

/** Resumes the step at which the undo interrupted the saga: that step has happened. If it was refused, an operator is needed. */
function goOn<Data, Own>(
  definition: Definition<Data, Own>,
  state: SagaState<Data>,
  step: Step<Data, Own>,
  { since, then }: TooLate<Data, Own>,
  message: Draft,
): Decision<Data, Own> | undefined {
  const last = state.ledger.at(-1);
  if (!last || state.ledger.every((entry) => entry.step !== since)) return undefined;
  const { data = state.data, localCommand } = then(state.data, message);
  const localCommands = listOf(localCommand);
  const ledger = state.ledger.map((entry) => (isTakenBack(entry) ? { ...entry, outcome: 'done' as const } : entry));
  const before = { ...state, status: 'running' as const, step: last.step, data, ledger, reason: null };
  return last.outcome === 'failed'
    ? { ...alarm(before, `${state.reason} But '${step.name}' cannot be undone.`), localCommands }
    : advance(definition, { ...before, alarm: null }, localCommands);
}

function isTakenBack({ outcome }: { outcome: StepOutcome }): boolean {
  return outcome === 'undoing' || outcome === 'nothing-to-undo';
}

/** Sends the next step that is needed, or completes. */
function advance<Data, Own>(
  definition: Definition<Data, Own>,
  state: SagaState<Data>,
  localCommands: readonly Own[],
): Decision<Data, Own> {
  const from = definition.steps.findIndex(({ name }) => name === state.step) + 1;
  const step = definition.steps.slice(from).find(({ when }) => when?.(state.data) ?? true);
  if (!step) {
    return {
      state: { ...state, status: 'completed', step: null },
      send: [],
      localCommands: [...localCommands, ...listOf(definition.completed?.(state.data))],
      limit: null,
    };
  }
  const epoch = state.epoch + 1;
  const ledger = [...state.ledger, { step: step.name, outcome: 'waiting' as const }];
  return {
    state: { ...state, step: step.name, epoch, ledger },
    send: commandOf(step, state.data),
    localCommands,
    limit: { withinMs: step.withinMs, epoch },
  };
}

function beginUndo<Data, Own>(
  definition: Definition<Data, Own>,
  state: SagaState<Data>,
  reason: string,
): Decision<Data, Own> {
  const blocker = irrevocable(definition, state);
  if (blocker) return alarm(state, `${reason} But '${blocker}' cannot be undone.`);
  const localCommand = definition.undoing?.(state.data, reason);
  return undoNext(definition, { ...state, status: 'undoing', reason, alarm: null }, listOf(localCommand));
}

/** Undoes the last step that was done or may have been done; ends when there is none. */
function undoNext<Data, Own>(
  definition: Definition<Data, Own>,
  state: SagaState<Data>,
  localCommands: readonly Own[],
): Decision<Data, Own> {
  const why = state.reason ?? '';
  const last = [...state.ledger].reverse().find(({ outcome }) => outcome === 'done' || outcome === 'waiting');
  if (!last) {
    return {
      state: { ...state, status: 'undone', step: null },
      send: [],
      localCommands: [...localCommands, definition.undone(state.data, why)],
      limit: null,
    };
  }
  const step = definition.steps.find(({ name }) => name === last.step);
  const undo = step ? undoOf(step, state.data, why) : 'nothing';
  if (typeof undo === 'string') return undoNext(definition, mark(state, last.step, 'nothing-to-undo'), localCommands);
  const epoch = state.epoch + 1;
  const next = { ...mark(state, last.step, 'undoing'), step: last.step, epoch };
  return { state: next, send: [undo], localCommands, limit: { withinMs: definition.undoWithinMs, epoch } };
}

function sendAgain<Data, Own>(
  definition: Definition<Data, Own>,
  state: SagaState<Data>,
  step: Step<Data, Own>,
): Decision<Data, Own> | undefined {
  const epoch = state.epoch + 1;
  const again = { ...state, epoch, alarm: null };
  if (state.status === 'running') {
    // A step that was refused for good begins anew.
    return {
      state: mark(again, step.name, 'waiting'),
      send: commandOf(step, state.data),
      localCommands: [],
      limit: { withinMs: step.withinMs, epoch },
    };
  }
  const undo = undoOf(step, state.data, state.reason ?? '');
  if (typeof undo === 'string') return undefined;
  return { state: again, send: [undo], localCommands: [], limit: { withinMs: definition.undoWithinMs, epoch } };
}

function alarm<Data, Own>(state: SagaState<Data>, why: string): Decision<Data, Own> {
  return { state: { ...state, alarm: why }, send: [], localCommands: [], limit: null };
}

/** A step that was or may have been done and cannot be undone. */
function irrevocable<Data, Own>(
  { steps }: Definition<Data, Own>,
  { ledger, data }: SagaState<Data>,
): string | undefined {
  const begun = ledger.filter(({ outcome }) => outcome === 'done' || outcome === 'waiting').map(({ step }) => step);
  return steps.find((step) => begun.includes(step.name) && undoOf(step, data, '') === 'impossible')?.name;
}

/** What takes the step back, as things stand. */
function undoOf<Data, Own>({ undo }: Step<Data, Own>, data: Data, why: string): Draft | 'nothing' | 'impossible' {
  return typeof undo === 'object' ? undo.send(data, why) : undo;
}

function commandOf<Data, Own>({ send }: Step<Data, Own>, data: Data): Draft[] {
  return send === 'nothing' ? [] : [send(data)];
}

function mark<Data>(state: SagaState<Data>, name: string, outcome: StepOutcome): SagaState<Data> {
  return { ...state, ledger: state.ledger.map((entry) => (entry.step === name ? { ...entry, outcome } : entry)) };
}

function isOneOf(types: readonly AnyMessageType[], message: Draft): boolean {
  return types.some(({ type }) => type === message.type);
}

function listOf<Item>(item: Item | undefined): Item[] {
  return item === undefined ? [] : [item];
}
