import { Client, type Notification } from 'pg';
import { type Log, Loop } from '../../core';
import type { Database, Signals } from '../../postgres';
import { channelOf, sharesChanged, type Partitions } from './partitions';

/** Signals are gathered for so long and sent together: a NOTIFY takes a lock that all committing transactions share. */
const gatherMs = 20;
const checkMs = 5_000;
/** PostgreSQL refuses a payload of 8,000 bytes. */
const payloadBytes = 7_000;

/**
 * Passes the signals of this instance's commits to the other instances of the module, which may own the partitions concerned. It only saves
 * time: an instance that misses a signal finds the rows at its next poll. With one instance it does nothing.
 */
export class WakeUp {
  private readonly pending = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private listener: Client | undefined;
  private readonly loop: Loop;
  private readonly onCommitted = (signals: Signals) => this.pass(signals);

  constructor(
    private readonly db: Database,
    private readonly partitions: Partitions,
    private readonly log: Log,
  ) {
    this.loop = new Loop({ name: `${db.module} wake-up`, turn: () => this.keepListening(), pollMs: checkMs, log });
  }

  start(): void {
    this.db.on('committed', this.onCommitted);
    this.loop.start();
  }

  async stop(): Promise<void> {
    this.db.off('committed', this.onCommitted);
    clearTimeout(this.timer);
    await this.loop.stop();
    await this.listener?.end().catch(() => {});
  }

  /** Listens on a connection of its own, and opens another when it breaks or does not answer. */
  private async keepListening(): Promise<boolean> {
    if (this.listener) {
      await this.listener.query('select 1');
      return false;
    }
    const listener = new Client({ connectionString: this.db.url, query_timeout: checkMs });
    const lose = () => {
      if (this.listener !== listener) return; // It could not be opened: the loop backs off.
      this.listener = undefined;
      this.loop.wake();
    };
    listener.on('error', lose).on('end', lose);
    listener.on('notification', (notification) => this.raise(notification));
    await listener.connect();
    await listener.query(`listen "${channelOf(this.db.module)}"`);
    this.listener = listener;
    this.db.emit(sharesChanged); // A signal may have been missed.
    return false;
  }

  private raise({ payload = '' }: Notification): void {
    const [from, ...signals] = payload.split('\n');
    if (from !== this.partitions.instanceId) for (const signal of signals) this.db.emit(signal);
  }

  private pass(signals: Signals): void {
    if (this.partitions.instances < 2) return;
    for (const signal of signals.keys()) this.pending.add(signal);
    this.timer ??= setTimeout(() => void this.send(), gatherMs);
  }

  private async send(): Promise<void> {
    const payloads = payloadsOf(this.partitions.instanceId, [...this.pending]);
    this.pending.clear();
    this.timer = undefined;
    try {
      await this.db.read('select pg_notify($1, payload) from unnest($2::text[]) payload', [
        channelOf(this.db.module),
        payloads,
      ]);
    } catch (error) {
      this.log.debug({ err: error, module: this.db.module }, 'signals not sent to other instances');
    }
  }
}

function payloadsOf(from: string, signals: readonly string[]): string[] {
  const payloads: string[] = [];
  let payload = from;
  for (const signal of signals) {
    if (Buffer.byteLength(payload) + Buffer.byteLength(signal) > payloadBytes) {
      payloads.push(payload);
      payload = from;
    }
    payload += `\n${signal}`;
  }
  return [...payloads, payload];
}
