import * as contracts from '@thali/contracts';
import { moduleNames, system, type ModuleName } from '@thali/contracts';
import type { AnyMessageType, Question } from '@thali/kit/core';
import { constants, type Words } from './words';

/** A published message type, and who has to do with it. */
export interface PublishedMessage {
  readonly type: AnyMessageType;
  /** The constant that contracts export it as: what a programmer types. */
  readonly name: string;
  /** The module in whose contract it stands: it announces the event, or obeys the command. */
  readonly owner: string;
  readonly senders: readonly string[];
  readonly listeners: readonly string[];
  readonly words: Words;
}

/** A published question. */
export interface PublishedQuestion {
  readonly question: Question;
  readonly name: string;
  /** The module that answers it. */
  readonly owner: string;
  readonly askers: readonly string[];
  readonly words: Words;
}

const exported = constants.map(({ name, words }) => ({
  name,
  words,
  value: (contracts as Record<string, unknown>)[name],
}));

/** Every published message type, in the order of the contracts. */
export const messages: readonly PublishedMessage[] = exported.flatMap(({ name, words, value: type }) => {
  if (!isMessageType(type)) return [];
  const owner = ownerOf(type.type);
  const sentBy = type.kind === 'event' ? [owner] : modulesThat((module) => system[module].sends, type);
  return [
    { type, name, owner, senders: sentBy, listeners: modulesThat((module) => system[module].listensTo, type), words },
  ];
});

/** Every published question. */
export const questions: readonly PublishedQuestion[] = exported.flatMap(({ name, words, value: question }) =>
  isQuestion(question)
    ? [
        {
          question,
          name,
          owner: ownerOf(question.name),
          askers: modulesThat((module) => system[module].asks, question),
          words,
        },
      ]
    : [],
);

/** By its name: `payment.authorize` is in the contract of payment. */
export function ownerOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}

function modulesThat<T>(use: (module: ModuleName) => readonly T[] | undefined, wanted: T): ModuleName[] {
  return moduleNames.filter((module) => use(module)?.includes(wanted));
}

function isMessageType(value: unknown): value is AnyMessageType {
  return typeof value === 'function' && 'kind' in value && 'read' in value;
}

function isQuestion(value: unknown): value is Question {
  return typeof value === 'object' && value !== null && 'ask' in value && 'answer' in value && 'name' in value;
}
