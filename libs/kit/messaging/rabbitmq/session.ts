import { connect, type Channel, type ChannelModel, type ConfirmChannel, type SocketOptions } from 'amqplib';
import type { Socket } from 'node:net';
import { messageOf } from '../../core';
import { within } from '../ports/time-limit';

const connectWithinMs = 5_000;
const closeWithinMs = 5_000;
/** In seconds. A broker that sends nothing for two or three of them is taken for dead; it sends something twice in each. */
export const heartbeat = '5';
/** Bytes that are gathered before the socket counts as full. */
const packetBytes = 256 * 1_024;

/** The broker answers and refuses: another attempt will not help. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/**
 * One connection to the broker while it lasts. Nothing on it is ever repaired: when a channel or a consumer is lost, or the broker does not
 * answer, the session ends, and {@link ReconnectingConnection} opens another.
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
    // The close event that follows has the reason.
    model.on('error', () => {});
    model.on('close', (error) => this.end(error && messageOf(error)));
    model.on('blocked', (reason) => (this.shortage = reason));
    model.on('unblocked', () => (this.shortage = undefined));
  }

  /**
   * @param name shown to the broker's operators.
   * @throws {Refused} when the broker refuses the connection.
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

  /** Why the broker accepts no messages, while it does not. */
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

  /** A channel that the broker may close without ending the session. */
  async openTrialChannel(): Promise<ConfirmChannel> {
    const channel = await this.model.createConfirmChannel();
    channel.on('error', () => {});
    return channel;
  }

  /** How much the broker has sent: it grows while the broker lives, since there are heartbeats where there is nothing else. */
  get bytesReceived(): number {
    return this.stream.bytesRead;
  }

  /**
   * Sends everything that is written until this turn of the event loop ends in one packet. By itself, amqplib writes each message to the
   * socket: that was a tenth of the processor time of the separate services.
   */
  together(): void {
    if (this.gathering) return;
    this.gathering = true;
    const { stream } = this;
    stream.cork();
    const send = () => {
      this.gathering = false;
      stream.uncork();
    };
    whenWritten(send);
  }

  /** Closes the socket. Unconfirmed messages may or may not have arrived; unacknowledged ones are delivered again. */
  end(why?: string): void {
    this.over = true;
    this.reason ??= why;
    this.cut.abort();
  }

  /** Closes the connection in order: everything sent before has arrived, and unacknowledged messages are back in their queues. */
  async close(): Promise<void> {
    if (this.over) return;
    // Otherwise the close would overtake the last messages.
    await new Promise<void>(whenWritten);
    try {
      await within(closeWithinMs, this.model.close(), () => new Error('no answer'));
    } catch {
      // It is gone either way.
    } finally {
      this.end();
    }
  }

  private get stream(): Socket {
    return (this.model.connection as unknown as { stream: Socket }).stream;
  }

  private watch<C extends Channel>(channel: C): C {
    channel.on('error', (error) => this.end(messageOf(error)));
    // When the connection closes, its channels close first, without a reason.
    channel.on('close', () => this.end());
    return channel;
  }
}

/** amqplib writes messages to the socket in an immediate of its own; everything else it writes synchronously. */
function whenWritten(then: () => void): void {
  setImmediate(() => setImmediate(then));
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', heartbeat);
  return parsed.href;
}

/** A sentence without the password. */
function explain(error: unknown, url: string): Error {
  const { message, code } = error as Error & { code?: string };
  const place = URL.canParse(url) ? new URL(url).host : 'an address that is no URL';
  const sentence = `RabbitMQ at ${place} cannot be reached: ${message || code}`;
  const final = !URL.canParse(url) || /^Handshake terminated|^Expected amqp/.test(message);
  return final ? new Refused(sentence) : new Error(sentence);
}
