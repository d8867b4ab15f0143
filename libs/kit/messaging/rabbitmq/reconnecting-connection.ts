import { setTimeout as pause } from 'node:timers/promises';
import { type Log, Loop } from '../../core';
import { Reachability } from './reachability';
import { Refused, Session } from './session';

/**
 * How often to check whether the session has ended. Failed attempts to open another back off further, with full jitter.
 */
const pollMs = 250;
const retryAtStartMs = 250;
const startWithinMs = 30_000;

interface Options {
  /** Shown to the broker's operators. */
  name: string;
  url: string;
  /** Begins a session: declares, opens channels, consumes. */
  begin: (session: Session) => Promise<void>;
  /** Called before the last session is closed. */
  finish?: () => Promise<void>;
  log: Log;
}

/** Keeps a session with the broker: opens one, and another whenever it has ended. */
export class ReconnectingConnection {
  private readonly reachability = new Reachability();
  private session: Session | undefined;
  private lost = false;
  private stopped = false;
  private readonly loop: Loop;

  constructor(private readonly options: Options) {
    const { name, log } = options;
    this.loop = new Loop({ name: `RabbitMQ ${name}`, turn: () => this.hold(), pollMs, log });
  }

  /** How the broker has been in reach. */
  get reach(): Pick<Reachability, 'connectedMs' | 'health'> {
    this.reachability.observe(this.session);
    return this.reachability;
  }

  /** @throws {Error} when the broker refuses the connection, or does not answer within half a minute. */
  async start(): Promise<void> {
    const until = performance.now() + startWithinMs;
    while (!this.session) {
      try {
        await this.hold();
      } catch (error) {
        if (this.stopped || error instanceof Refused || performance.now() > until) throw error;
        await pause(Math.random() * retryAtStartMs);
      }
    }
    this.loop.start();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.loop.stop();
    await this.options.finish?.();
    await this.session?.close();
  }

  private async hold(): Promise<boolean> {
    this.reachability.observe(this.session);
    if (this.session && !this.session.ended) return false;
    const { name, url, begin, log } = this.options;
    if (this.session) {
      log.warn({ connection: name, reason: this.session.ended }, 'broker connection lost');
      this.session = undefined;
      this.lost = true;
    }
    const session = await Session.open(url, name);
    try {
      await begin(session);
      if (this.stopped) throw new Error('it was stopped meanwhile');
    } catch (error) {
      session.end('it could not begin');
      throw error;
    }
    if (this.lost) log.info({ connection: name }, 'broker connection restored');
    this.session = session;
    this.reachability.observe(session);
    this.lost = false;
    return false;
  }
}
