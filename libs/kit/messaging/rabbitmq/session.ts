import { connect, type Channel, type ChannelModel, type ConfirmChannel, type SocketOptions } from 'amqplib';
import type { Writable } from 'node:stream';
import { messageOf } from '../../core';
import { within } from '../ports/time-limit';

const connectWithinMs = 5_000;
const closeWithinMs = 5_000;
/** In seconds: a broker that says nothing for two or three of them is taken for dead. */
const heartbeat = '5';
/** As much as is gathered for one packet. */
const packetBytes = 256 * 1_024;

/** Trying again will not help: the broker is there, and does not agree with us. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/**
 * One connection to the broker while it lasts. Nothing on it is ever repaired: when a channel or a consumer is lost, or
 * the broker falls silent, the session ends, and another takes its place.
 */
export class Session {
  private over = false;
  private reason: string | undefined;
  private shortage: string | undefined;
  private gathering = false;

  private constructor(
    private readonly model: ChannelModel,
    private readonly cut: AbortController,
  ) {
    // What goes wrong is told once more, when the connection closes.
    model.on('error', () => {});
    model.on('close', (error) => this.end(error && messageOf(error)));
    model.on('blocked', (reason) => (this.shortage = reason));
    model.on('unblocked', () => (this.shortage = undefined));
  }

  /**
   * @param name what the broker's operators see.
   * @throws {Refused} when the broker does not let us in.
   * @throws {Error} when it does not answer.
   */
  static async open(url: string, name: string): Promise<Session> {
    const cut = new AbortController();
    const options: SocketOptions & { signal: AbortSignal; writableHighWaterMark: number } = {
      timeout: connectWithinMs,
      noDelay: true,
      clientProperties: { connection_name: name },
      writableHighWaterMark: packetBytes,
      signal: cut.signal,
    };
    try {
      return new Session(await connect(withHeartbeat(url), options), cut);
    } catch (error) {
      cut.abort();
      throw explain(error, url);
    }
  }

  /** Why it has ended, if it has. */
  get ended(): string | undefined {
    return this.over ? (this.reason ?? 'the connection was closed') : undefined;
  }

  /** What the broker is short of, while it takes no messages for that. */
  get blocked(): string | undefined {
    return this.shortage;
  }

  whenUnblocked(listener: () => void): void {
    this.model.on('unblocked', listener);
  }

  async openChannel(): Promise<Channel> {
    return this.watch(await this.model.createChannel());
  }

  async openConfirmChannel(): Promise<ConfirmChannel> {
    return this.watch(await this.model.createConfirmChannel());
  }

  /**
   * What is sent until this turn of the event loop ends travels in one packet. By itself, amqplib writes each message to the socket alone:
   * that was a tenth of the processor time of the separate services.
   */
  together(): void {
    if (this.gathering) return;
    this.gathering = true;
    const { stream } = this.model.connection as unknown as { stream: Writable };
    stream.cork();
    const send = () => {
      this.gathering = false;
      stream.uncork();
    };
    whenTaken(send);
  }

  /** Ends it at once. What was not confirmed may or may not have arrived; what was not acknowledged comes again. */
  end(why?: string): void {
    this.over = true;
    this.reason ??= why;
    this.cut.abort();
  }

  /** Ends it in order: all that was sent before has arrived, and the queues have back what was not acknowledged. */
  async close(): Promise<void> {
    if (this.over) return;
    // The last words would be overtaken by the goodbye.
    await new Promise<void>(whenTaken);
    try {
      await within(closeWithinMs, this.model.close(), () => new Error('no answer'));
    } catch {
      // It is gone either way.
    } finally {
      this.end();
    }
  }

  private watch<C extends Channel>(channel: C): C {
    channel.on('error', (error) => this.end(messageOf(error)));
    // When the connection closes, its channels say so first, and do not know why.
    channel.on('close', () => this.end());
    return channel;
  }
}

/** amqplib takes messages to the socket in an immediate of its own; all but messages it writes there at once. */
function whenTaken(then: () => void): void {
  setImmediate(() => setImmediate(then));
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', heartbeat);
  return parsed.href;
}

/** In a sentence, and without the password. */
function explain(error: unknown, url: string): Error {
  const { message, code } = error as Error & { code?: string };
  const place = URL.canParse(url) ? new URL(url).host : 'an address that is no URL';
  const sentence = `RabbitMQ at ${place} cannot be reached: ${message || code}`;
  const final = !URL.canParse(url) || /^Handshake terminated|^Expected amqp/.test(message);
  return final ? new Refused(sentence) : new Error(sentence);
}
