import { z } from 'zod';
import { DomainError, defineCommand, isA, type Draft, type Message, type MessageType } from '../core';
import { Subscriber, type Subscription, type Transport, cancelScheduled, isUnsent, schedule, send } from '../messaging';
import { rows, type Tx } from '../postgres';
import { CreateSagas1700000000004 } from './create-sagas.migration';
import { canAbort, decide, start, waitOf, type Decision, type SagaInput, type SagaState } from './decide';
import { typesOf, type SagaDefinition } from './definition';
import { IndexAlarms1700000000014 } from './index-alarms.migration';
import { Sagas } from './saga.table';

export { Sagas };

/** What makes the table that a runner needs. */
export const sagaMigrations = [CreateSagas1700000000004, IndexAlarms1700000000014];

/** Carries out what a saga tells its own module. */
export type Tell<Own> = (commands: readonly Own[]) => Promise<unknown>;

interface TimeLimit {
  sagaId: string;
  epoch: number;
  /** Whether the saga's owner knows already that it rests. */
  rests?: boolean | undefined;
}

/** How long other processes may take to find a broker again and to send what they hold, at least. */
const settleMs = 15_000;

/**
 * Runs the sagas of one definition in their module's database. A step's new state, its commands, its time limit and what its own module
 * is told commit together; messages of one saga are handled one at a time. The id of a saga is the key of its messages.
 *
 * A time limit rests while the step's command has not left, and while the transport does not reach other processes: it counts from when
 * they are in reach again, since only then could the command, or the answer, arrive.
 */
export class SagaRunner<Data, Own> extends Subscriber {
  readonly subscriptions: readonly Subscription[];
  private readonly timeLimit: MessageType<TimeLimit>;
  private transport: Pick<Transport, 'connectedMs'> = { connectedMs: Infinity };

  /**
   * @param open makes ready what the saga tells its own module, in the given transaction and at the same time as the saga itself is
   *   loaded. It may turn out that nothing is told.
   * @param onMessage is called with every message that the saga receives, in the transaction that handles it: for a view of the same news.
   * @param onRest is called once for each wait whose time limit is over and rests, in the transaction that sets it anew.
   */
  constructor(
    readonly definition: SagaDefinition<Data, Own>,
    private readonly open: (tx: Tx, sagaId: string) => Tell<Own>,
    private readonly onMessage: (tx: Tx, message: Message) => void = () => {},
    private readonly onRest: (tx: Tx, sagaId: string) => void = () => {},
  ) {
    super();
    const schema = z.object({ sagaId: z.string(), epoch: z.int(), rests: z.boolean().optional() });
    this.timeLimit = defineCommand(`${definition.name}.time-limit`, 1, schema, { key: ({ sagaId }) => sagaId });
    const types = [...typesOf(definition), this.timeLimit];
    const inside = (_: never, tx: Tx, message: Message<never>) => this.hear(tx, message);
    const connect = (transport: Transport) => void (this.transport = transport);
    this.subscriptions = [{ name: definition.name, types, handle: { inside }, connect }];
  }

  /** Begins the first saga of this id, with the transaction that is its reason. */
  start(tx: Tx, sagaId: string, data: Data): Promise<void> {
    const decision = start(this.definition, data);
    tx.defer(Sagas.insert, this.row(sagaId, decision.state));
    return this.carryOut(tx, sagaId, decision, (commands) => this.open(tx, sagaId)(commands));
  }

  /**
   * As {@link start}; where one of this id has ended, the new one takes its place.
   * @throws {DomainError} `saga.running` (conflict) when one of this id has not ended.
   */
  async startAgain(tx: Tx, sagaId: string, data: Data): Promise<void> {
    const tell: Tell<Own> = (commands) => this.open(tx, sagaId)(commands);
    const former = await tx.one(Sagas.find, { name: this.definition.name, sagaId });
    if (!former) return this.start(tx, sagaId, data);
    const ended = former.state as SagaState<Data>;
    if (ended.step !== null)
      throw new DomainError('saga.running', 'conflict', `What was begun before for ${sagaId} has not ended yet.`);
    tx.defer(setStartedAt, { name: this.definition.name, sagaId });
    await this.enact(tx, sagaId, former.version, start(this.definition, data, ended.epoch), tell);
  }

  /**
   * Undoes a saga that runs.
   *
   * @param remember what the undoing has to know.
   * @throws {DomainError} `saga.cannot-abort` (conflict) when something irrevocable is done already, or it has ended.
   */
  async abort(tx: Tx, sagaId: string, reason: string, remember: (data: Data) => Data = (data) => data): Promise<void> {
    const tell = this.open(tx, sagaId);
    const saga = await tx.one(Sagas.find, { name: this.definition.name, sagaId });
    const state = saga?.state as SagaState<Data> | undefined;
    if (!saga || !state || !canAbort(this.definition, state)) {
      throw new DomainError('saga.cannot-abort', 'conflict', `It is too late to undo ${sagaId}.`);
    }
    const decision = decide(this.definition, { ...state, data: remember(state.data) }, { kind: 'abort', reason });
    if (decision) await this.enact(tx, sagaId, saga.version, decision, tell);
  }

  /** Sends again what a saga waits for; an operator's answer to an alarm. */
  retry(tx: Tx, sagaId: string): Promise<void> {
    return this.proceed(tx, sagaId, { kind: 'retry' });
  }

  private hear(tx: Tx, message: Message): Promise<void> {
    if (isA(message, this.timeLimit)) return this.onTimeLimit(tx, message.data);
    this.onMessage(tx, message);
    return this.proceed(tx, message.key, { kind: 'message', message: message as Draft });
  }

  private async onTimeLimit(tx: Tx, limit: TimeLimit): Promise<void> {
    const { sagaId, epoch } = limit;
    const tell = this.open(tx, sagaId);
    const saga = await tx.one(Sagas.find, { name: this.definition.name, sagaId });
    const state = saga?.state as SagaState<Data> | undefined;
    const decision = state && decide(this.definition, state, { kind: 'time-limit', epoch });
    if (!saga || !decision) return;
    const rest = await this.restOf(tx, sagaId, state);
    if (!rest) return this.enact(tx, sagaId, saga.version, decision, tell);
    // Stored as it was: whatever changes the saga at the same time sets another time limit, which this one must not replace.
    tx.defer(Sagas.update, { ...this.row(sagaId, state), version: saga.version });
    if (rest.isHeldUp && !limit.rests) this.onRest(tx, sagaId);
    const rests = rest.isHeldUp || limit.rests;
    schedule(tx, this.timeLimit({ sagaId, epoch, ...(rests && { rests }) }), { afterMs: rest.afterMs });
  }

  /** @returns how long the saga waits on, and whether that is because of something that is so at this moment; undefined when it does not. */
  private async restOf(tx: Tx, sagaId: string, state: SagaState<Data>) {
    const { withinMs = 0, command } = waitOf(this.definition, state) ?? {};
    const { connectedMs } = this.transport;
    const afterMs = Math.max(withinMs, settleMs) - connectedMs;
    if (connectedMs === 0) return { isHeldUp: true, afterMs };
    const isHeldUp = command !== undefined && (await isUnsent(tx, { key: sagaId, type: command }));
    if (isHeldUp) return { isHeldUp, afterMs: Math.max(afterMs, withinMs) };
    return afterMs > 0 ? { isHeldUp, afterMs } : undefined;
  }

  private async proceed(tx: Tx, sagaId: string, input: SagaInput): Promise<void> {
    const tell = this.open(tx, sagaId);
    const saga = await tx.one(Sagas.find, { name: this.definition.name, sagaId });
    const decision = saga && decide(this.definition, saga.state as SagaState<Data>, input);
    if (decision) await this.enact(tx, sagaId, saga.version, decision, tell);
  }

  private async enact(
    tx: Tx,
    sagaId: string,
    seen: number,
    decision: Decision<Data, Own>,
    tell: Tell<Own>,
  ): Promise<void> {
    tx.defer(Sagas.update, { ...this.row(sagaId, decision.state), version: seen });
    await this.carryOut(tx, sagaId, decision, tell);
  }

  private async carryOut(
    tx: Tx,
    sagaId: string,
    { send: drafts, localCommands, limit }: Decision<Data, Own>,
    tell: Tell<Own>,
  ): Promise<void> {
    if (localCommands.length > 0) await tell(localCommands);
    for (const draft of drafts) send(tx, draft);
    if (limit) schedule(tx, this.timeLimit({ sagaId, epoch: limit.epoch }), { afterMs: limit.withinMs });
    else if (limit === null) cancelScheduled(tx, this.timeLimit, sagaId);
  }

  private row(sagaId: string, state: SagaState<Data>) {
    const { name, version: definitionVersion } = this.definition;
    const { status, step, alarm } = state;
    return { name, sagaId, definitionVersion, status, step, alarm, state };
  }
}

/** For a saga that begins anew in the row of one that has ended. */
const setStartedAt = rows({ name: 'text', sagaId: 'text' }).change(
  (input) => `
  update sagas s set started_at = default from ${input} where s.name = i.name and s.saga_id = i."sagaId"`,
);
