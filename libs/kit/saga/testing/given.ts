import { deepStrictEqual, fail, strictEqual } from 'node:assert/strict';
import type { Draft } from '../../core';
import { decide, start, type Decision, type SagaInput, type SagaState } from '../decide';
import type { SagaDefinition } from '../definition';

/** The time limit of the present wait is over. */
export const timeIsUp = { kind: 'time is up' } as const;
/** A person wants what the saga waits for to be asked for again. */
export const retry = { kind: 'retry' } as const;
/** Somebody wants it undone. */
export const abort = (reason: string) => ({ kind: 'abort', reason }) as const;

/** What a story about a saga consists of: messages that arrive, and the above. */
export type Happening = Draft | typeof timeIsUp | typeof retry | ReturnType<typeof abort>;

/**
 * Tells a story about a saga, without a database.
 *
 * @example
 * given(fulfilOrder, order, PaymentAuthorized({ … }))
 *   .when(TicketRejected({ orderId, reason: 'no dosa' }))
 *   .then({ type: 'BeginCancellation', reason: 'no dosa' }, CancelPayment({ … }));
 * @throws when something in the given past means nothing to the saga: then it is not the past one has in mind.
 */
export function given<Data, Own>(
  definition: SagaDefinition<Data, Own>,
  data: Data,
  ...past: Happening[]
): Given<Data, Own> {
  const beginning = new Given(definition, start(definition, data));
  return past.reduce<Given<Data, Own>>((before, happening) => before.and(happening), beginning);
}

/** A saga with a past. */
class Given<Data, Own> {
  constructor(
    private readonly definition: SagaDefinition<Data, Own>,
    private readonly last: Decision<Data, Own>,
  ) {}

  get state(): SagaState<Data> {
    return this.last.state;
  }

  and(happening: Happening): Given<Data, Own> {
    const decision = this.decide(happening);
    if (!decision) return fail(`${JSON.stringify(happening)} means nothing to a saga that is ${describe(this.state)}`);
    return new Given(this.definition, decision);
  }

  when(happening: Happening): When<Data, Own> {
    return new When(this.decide(happening), this.state);
  }

  /** What it did last. */
  then(...expected: (Draft | Own)[]): When<Data, Own> {
    return new When(this.last, this.state).then(...expected);
  }

  private decide(happening: Happening): Decision<Data, Own> | undefined {
    return decide(this.definition, this.state, inputOf(happening, this.state.epoch));
  }
}

/** What a saga makes of it. */
class When<Data, Own> {
  constructor(
    private readonly decision: Decision<Data, Own> | undefined,
    private readonly before: SagaState<Data>,
  ) {}

  /** It tells its own module and sends exactly this, in this order. */
  then(...expected: (Draft | Own)[]): this {
    deepStrictEqual(this.said, expected);
    return this;
  }

  /** It means nothing to the saga. */
  thenNothing(): void {
    strictEqual(this.decision, undefined);
  }

  /** It waits for this step, or for this step to be undone. */
  waitsFor(step: string): this {
    strictEqual(this.state.step, step);
    return this;
  }

  endsAs(status: 'completed' | 'undone'): this {
    deepStrictEqual([this.state.status, this.state.step], [status, null]);
    return this;
  }

  /** It is up to a person now: it does nothing by itself. */
  callsForHelp(why: string): this {
    strictEqual(this.state.alarm, why);
    deepStrictEqual(this.said, []);
    return this;
  }

  get state(): SagaState<Data> {
    return this.decision?.state ?? this.before;
  }

  /** What becomes of its time limit: see {@link Decision}. */
  get limit(): Decision<Data, Own>['limit'] {
    return this.decision?.limit;
  }

  private get said(): (Draft | Own)[] {
    return [...(this.decision?.localCommands ?? []), ...(this.decision?.send ?? [])];
  }
}

function inputOf(happening: Happening, epoch: number): SagaInput {
  if (!('kind' in happening)) return { kind: 'message', message: happening };
  return happening.kind === 'time is up' ? { kind: 'time-limit', epoch } : happening;
}

function describe({ status, step }: SagaState<unknown>): string {
  return step ? `${status} '${step}'` : status;
}
