import 'reflect-metadata';
import { DomainError, messageOf, type Question } from '../../core';
import { within } from './time-limit';

/** Answers one question, without side effects. */
export interface Answering {
  readonly question: Question<never>;
  readonly answer: (ask: never) => Promise<unknown>;
}

/** Synchronous questions between modules, wherever these run. */
export abstract class Questions {
  /** Announces an answer. Called for every module of the process before `start`. */
  abstract register(answering: Answering): void;

  /**
   * Asks, and waits no longer than `withinMs`.
   *
   * @throws {DomainError} `question.unanswered` (unavailable) when no answer came in time or the answerer failed.
   */
  abstract ask<Ask, Answer>(question: Question<Ask, Answer>, ask: Ask, options: { withinMs: number }): Promise<Answer>;

  async start(): Promise<void> {}

  /** Accepts no more questions and waits for the answers in flight. */
  async stop(): Promise<void> {}
}

/** Questions within one process: a call, but by value and with a deadline, as over any network. */
export class InProcessQuestions extends Questions {
  private readonly answerings = new Map<string, Answering>();

  register(answering: Answering): void {
    const { name } = answering.question;
    if (this.answerings.has(name))
      throw new Error(`the question ${name} has two answers: one module answers a question`);
    this.answerings.set(name, answering);
  }

  /** Whether a module in this process answers the question. */
  knows(question: string): boolean {
    return this.answerings.has(question);
  }

  async ask<Ask, Answer>(
    question: Question<Ask, Answer>,
    ask: Ask,
    { withinMs }: { withinMs: number },
  ): Promise<Answer> {
    const answering = this.answerings.get(question.name);
    if (!answering) throw unanswered(question.name, 'nobody here answers it');
    const input = byValue(question.ask.parse(ask));
    const late = () => unanswered(question.name, `no answer within ${withinMs} ms`);
    try {
      return question.answer.parse(byValue(await within(withinMs, answering.answer(input as never), late)));
    } catch (error) {
      throw error instanceof DomainError ? error : unanswered(question.name, messageOf(error));
    }
  }
}

/** A copy, as it would arrive from another process. */
function byValue(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}

/** The refusal of a question that was not answered. */
export function unanswered(name: string, why: string): DomainError {
  return new DomainError('question.unanswered', 'unavailable', `${name}: ${why}`);
}

const answers = Symbol('@thali/kit answers');

/**
 * This method answers the question.
 *
 * @example
 * \@Answers(TicketOfOrder)
 * answer({ orderId }: { orderId: OrderId }): Promise<TicketView | null> { … }
 */
export function Answers<Ask, Answer>(question: Question<Ask, Answer>) {
  return <M extends (ask: Ask) => Promise<Answer>>(
    prototype: object,
    method: string,
    _: TypedPropertyDescriptor<M>,
  ): void => {
    const own = (Reflect.getOwnMetadata(answers, prototype, method) ?? []) as readonly Question<never>[];
    Reflect.defineMetadata(answers, [...own, question as unknown as Question<never>], prototype, method);
  };
}

/** The questions that a method answers. A subclass inherits them, also for a method that it overrides without decorating it again. */
export function questionsOf(prototype: object, method: string): readonly Question<never>[] {
  return (Reflect.getMetadata(answers, prototype, method) ?? []) as readonly Question<never>[];
}
