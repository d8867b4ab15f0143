import type { AnyMessageType, Draft } from '../../core';
import { canAbort, decide, start, type Decision, type SagaState } from '../decide';
import type { SagaDefinition, Step } from '../definition';

/** What is needed to play a saga out. */
export interface Stage<Data, Own> {
  readonly definition: SagaDefinition<Data, Own>;
  readonly data: Data;
  /** For so many turns everything goes as it should. */
  readonly calmTurns: number;
  /** Then chance takes over, as numbers from 0: each turn takes as many as it needs. When they are used up, everybody is reliable again. */
  readonly chance: readonly number[];
  /** Words an answer of this type. */
  readonly answer: (type: string) => Draft;
}

/** How it came out. */
export interface Play<Data, Own> {
  readonly state: SagaState<Data>;
  /** What its own module was told, in order. */
  readonly told: readonly Own[];
  /** What was asked for, in order; what was asked for again because a person wanted it is not repeated. */
  readonly asked: readonly { readonly step: string; readonly what: 'do' | 'undo' }[];
  /** Steps that have taken effect in the world, and not been taken back. */
  readonly standing: readonly string[];
  /** Why people were called, each time. */
  readonly alarms: readonly string[];
  /** Time limits of an earlier wait that nevertheless changed something. */
  readonly outdatedLimitsHeeded: number;
  /** Waits that had neither a time limit nor a person looking after them. */
  readonly openEnds: number;
}

type Errand = { readonly step: string; readonly what: 'do' | 'undo' };
type Standing = 'done' | 'refused' | 'undone';

const turnsToTheEnd = 10_000;

/**
 * Plays a saga against a world that does whatever the guarantee allows: commands overtake each other, answers come late, twice and in any
 * order, steps are refused, time limits fire, at the wrong moment too, and somebody wants it undone. In the end everything arrives, and
 * people mend what they were called for.
 *
 * @throws when the saga still does not end.
 */
export function playOut<Data, Own>(stage: Stage<Data, Own>): Play<Data, Own> {
  const world = new World(stage);
  world.begin();
  for (let turn = 0; world.isBusy; turn++) {
    if (turn === turnsToTheEnd) throw new Error(`it never ends: ${JSON.stringify(world.report())}`);
    world.behave();
  }
  return world.report();
}

class World<Data, Own> {
  private chance: number[] = [];
  private state: SagaState<Data>;
  private readonly errands: Errand[] = [];
  private readonly answers: string[] = [];
  /** The waits that have, or had, a time limit. */
  private readonly limits: number[] = [];
  private readonly standing = new Map<string, Standing>();
  private readonly told: Own[] = [];
  private readonly asked: Errand[] = [];
  private readonly alarms: string[] = [];
  private outdatedLimitsHeeded = 0;
  private openEnds = 0;

  constructor(private readonly stage: Stage<Data, Own>) {
    const first = start(stage.definition, stage.data);
    this.state = first.state;
    this.follow(first);
  }

  get isBusy(): boolean {
    return this.state.step !== null || this.errands.length > 0 || this.answers.length > 0;
  }

  /** As long as there is chance, anything may happen; mostly what should. */
  begin(): void {
    for (let turn = 0; turn < this.stage.calmTurns; turn++) this.bringOldest();
    this.chance = [...this.stage.chance];
    while (this.chance.length > 0) {
      if (this.next(4) > 0 && this.bringOldest()) continue;
      const turns = this.possibleTurns();
      turns[this.next(turns.length)]?.();
    }
  }

  /** What is under way arrives; when nothing is, a person looks after it. */
  behave(): void {
    if (this.bringOldest()) return;
    for (const [step, outcome] of this.standing) if (outcome === 'refused') this.standing.delete(step);
    this.heed(decide(this.stage.definition, this.state, { kind: 'retry' }), true);
  }

  /** @returns false when nothing is under way. */
  private bringOldest(): boolean {
    const errand = this.errands.shift();
    const answer = errand ? undefined : this.answers.shift();
    if (errand) this.carryOut(errand);
    if (answer !== undefined) this.hear(answer);
    return errand !== undefined || answer !== undefined;
  }

  report(): Play<Data, Own> {
    const standing = [...this.standing].filter(([, outcome]) => outcome === 'done').map(([step]) => step);
    const { state, told, asked, alarms, outdatedLimitsHeeded, openEnds } = this;
    return { state, told, asked, standing, alarms, outdatedLimitsHeeded, openEnds };
  }

  private possibleTurns(): (() => void)[] {
    const { definition } = this.stage;
    const arrivals = this.errands.map((errand, at) => () => {
      this.errands.splice(at, 1);
      this.carryOut(errand);
    });
    const firsts = this.answers.map((answer, at) => () => {
      this.answers.splice(at, 1);
      this.hear(answer);
    });
    const repetitions = this.answers.map((answer) => () => this.hear(answer));
    const news = (this.step()?.interim?.news ?? []).map(
      ({ type }) =>
        () =>
          this.hear(type),
    );
    const limits = this.limits.map((epoch) => () => this.fire(epoch));
    const abort = () => this.heed(decide(definition, this.state, { kind: 'abort', reason: 'called off' }));
    const retry = () => this.heed(decide(definition, this.state, { kind: 'retry' }), true);
    return [
      ...arrivals,
      ...firsts,
      ...repetitions,
      ...news,
      ...limits,
      ...(canAbort(definition, this.state) ? [abort] : []),
      ...(this.state.alarm ? [retry] : []),
    ];
  }

  private hear(type: string): void {
    this.heed(decide(this.stage.definition, this.state, { kind: 'message', message: this.stage.answer(type) }));
  }

  private fire(epoch: number): void {
    const decision = decide(this.stage.definition, this.state, { kind: 'time-limit', epoch });
    if (decision && epoch !== this.state.epoch) this.outdatedLimitsHeeded++;
    this.heed(decision);
  }

  private heed(decision: Decision<Data, Own> | undefined, again = false): void {
    if (!decision) return;
    const before = this.state;
    this.state = decision.state;
    if (decision.state.epoch !== before.epoch) this.follow(decision, again);
    else this.told.push(...decision.localCommands);
    const { alarm } = decision.state;
    if (alarm && alarm !== before.alarm) this.alarms.push(alarm);
    const attended = decision.state.step === null || alarm !== null || decision.limit !== null;
    if (!attended) this.openEnds++;
  }

  /** A new wait has begun. */
  private follow({ state: { step, status, epoch }, localCommands, limit }: Decision<Data, Own>, again = false): void {
    this.told.push(...localCommands);
    if (step === null) return;
    if (limit?.epoch === epoch) this.limits.push(epoch);
    else this.openEnds++;
    const errand: Errand = { step, what: status === 'running' ? 'do' : 'undo' };
    this.errands.push(errand);
    if (!again) this.asked.push(errand);
  }

  /** Somebody does what was asked, or does it not. Who is asked to undo what never happened makes sure that it never will. */
  private carryOut({ step, what }: Errand): void {
    const { done, failed, undo } = this.step(step) ?? { done: [], failed: [], undo: 'nothing' };
    const { done: undone, tooLate } = typeof undo === 'object' ? undo : { done: [] };
    const before = this.standing.get(step);
    if (what === 'undo') {
      const isPossible = before === 'done' && tooLate && this.standing.get(tooLate.since) === 'done';
      if (isPossible && this.next(2) === 1) return this.say(tooLate.news);
      this.standing.set(step, 'undone');
      this.say(undone);
      return;
    }
    if (before === 'undone') return;
    const refused = before ? before === 'refused' : failed.length > 0 && this.next(2) === 1;
    this.standing.set(step, refused ? 'refused' : 'done');
    this.say(refused ? failed : done);
  }

  private say(oneOf: readonly AnyMessageType[]): void {
    const type = oneOf[this.next(oneOf.length)];
    if (type) this.answers.push(type.type);
  }

  private step(name: string | null = this.state.step): Step<Data, Own> | undefined {
    return this.stage.definition.steps.find((step) => step.name === name);
  }

  /** A number from 0 to `count` - 1; 0 when there is no chance left. */
  private next(count: number): number {
    return (this.chance.shift() ?? 0) % Math.max(1, count);
  }
}
