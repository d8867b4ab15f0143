import { InFlight, type Message, type Log } from '../../core';
import type { Receiver } from '../ports/receiver';
import { Transport } from '../ports/transport';
import { Intake } from './intake';
import { Lateness } from './lateness';
import { ReconnectingConnection } from './reconnecting-connection';
import { Publisher } from './publisher';
import type { Session } from './session';
import { Topology, type Wanted } from './topology';

export interface RabbitMqTransportOptions {
  /** `amqp://user:password@host:port/vhost`, or `amqps:`. */
  url: string;
  /** The types that every module of the system wants of the others, wherever it runs. */
  wanted?: Wanted;
  log: Log;
  /** Prefix of all exchanges and queues, the same for every process; default `thali`. */
  prefix?: string;
  /** How long a message waits for the broker to accept messages, and then for its confirmation, in milliseconds; default 10 seconds. */
  confirmWithinMs?: number;
  /**
   * How long messages that cannot be committed are held before all of them go back to the broker, in milliseconds; default
   * 5 minutes. It must be shorter than the broker's `consumer_timeout` (30 minutes): RabbitMQ 4.3 requeues messages one by
   * one then, and may deliver them to another consumer before it has requeued earlier ones.
   */
  holdAtMostMs?: number;
}

/**
 * The transport between processes. Messages for a module of this process are stored in its inbox, as by the in-process transport. Messages for
 * another are published, and confirmed when their queue has them on the disks of a majority of the broker's nodes; the consuming
 * process commits them, to its inbox or by handling them, and acknowledges. Retries, delays and dead letters are left to the databases: no
 * two versions of RabbitMQ agree on them.
 */
export class RabbitMqTransport extends Transport {
  private readonly receivers: Receiver[] = [];
  private readonly publisher: Publisher;
  /**
   * One for publishing and one for consuming: a broker that is short of memory stops reading from connections that publish, and must
   * still read acknowledgements.
   */
  private readonly connections: readonly ReconnectingConnection[];
  private topology: Topology;
  private intakes: Intake[] = [];
  private readonly lateness = new Lateness();
  private readonly deliveries = new InFlight();
  private started: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;

  constructor(private readonly options: RabbitMqTransportOptions) {
    super();
    const { url, log, wanted = {}, prefix = 'thali', confirmWithinMs = 10_000 } = options;
    this.topology = new Topology(prefix, wanted);
    this.publisher = new Publisher(
      (destination, message) => this.topology.addressOf(destination, message),
      confirmWithinMs,
      () => this.lagHere(),
    );
    this.connections = [
      new ReconnectingConnection({ name: 'publishing', url, log, begin: (session) => this.beginPublishing(session) }),
      new ReconnectingConnection({
        name: 'consuming',
        url,
        log,
        begin: (session) => this.beginConsuming(session),
        finish: () => this.stopConsuming(),
      }),
    ];
  }

  override get lagElsewhereMs(): number {
    return this.lateness.worstMs;
  }

  override get connectedMs(): number {
    return Math.min(...this.connections.map(({ reach }) => reach.connectedMs));
  }

  override get health(): Record<string, string> {
    const problem = this.connections.map(({ reach }) => reach.health).find((health) => health !== 'ok');
    return { rabbitmq: problem ?? 'ok' };
  }

  register(receiver: Receiver): void {
    this.receivers.push(receiver);
    this.topology = this.topology.with(receiver.module, receiver.types);
  }

  neighbours(): readonly Receiver[] {
    return this.receivers;
  }

  routes(): { type: string; destination: string }[] {
    return this.topology.routes;
  }

  /**
   * @throws {Error} when the broker refuses the connection, has queues that were declared otherwise, or does not answer within half
   * a minute.
   */
  start(): Promise<void> {
    return (this.started ??= this.open());
  }

  async deliver(destination: string, messages: readonly Message[]): Promise<void> {
    if (this.stopped) throw new Error('the transport has been stopped');
    const here = this.receivers.find(({ module }) => module === destination);
    const delivery = here ? here.receive(messages) : this.publisher.publish(destination, messages);
    await this.deliveries.track(delivery);
  }

  stop(): Promise<void> {
    return (this.stopped ??= this.close());
  }

  private async open(): Promise<void> {
    for (const connection of this.connections) await connection.start();
  }

  private async close(): Promise<void> {
    await this.deliveries.idle();
    await Promise.all(this.connections.map((connection) => connection.stop()));
  }

  private async beginPublishing(session: Session): Promise<void> {
    await this.topology.declare(session);
    await this.publisher.begin(session);
  }

  private async beginConsuming(session: Session): Promise<void> {
    await this.stopConsuming();
    await this.topology.declare(session);
    const { lateness } = this;
    const { log, holdAtMostMs = 300_000 } = this.options;
    for (const receiver of this.receivers.filter(({ types }) => types.length > 0)) {
      const queues = this.topology.queuesOf(receiver.module);
      this.intakes.push(await Intake.open({ session, receiver, queues, holdAtMostMs, lateness, log }));
    }
  }

  private async stopConsuming(): Promise<void> {
    await Promise.all(this.intakes.map((intake) => intake.stop()));
    this.intakes = [];
  }
}
