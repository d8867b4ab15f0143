import type { ConfirmChannel } from 'amqplib';

const preconditionFailed = 406;

/** Whether the broker closed a channel because of what was published there: the same message would be refused again. */
export function isRefusal(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === preconditionFailed;
}

/**
 * A broker that refuses a message, for its size for instance, closes the channel without naming the message. Each of those that were
 * unconfirmed then is suspect, and is next published by itself, on a channel of its own, until the broker has taken or refused it there.
 */
export class Trials {
  private readonly suspects = new Set<string>();
  private last: Promise<unknown> = Promise.resolve();

  /** @param names of the messages that were unconfirmed when the broker closed their channel. */
  suspect(names: Iterable<string>): void {
    for (const name of names) this.suspects.add(name);
  }

  isSuspect(name: string): boolean {
    return this.suspects.has(name);
  }

  /**
   * Publishes a suspect message after the trials before it.
   * @param open opens a channel whose errors do not end the session.
   * @throws the broker's refusal, see {@link isRefusal}. @throws what `send` throws.
   */
  run(
    name: string,
    open: () => Promise<ConfirmChannel>,
    send: (channel: ConfirmChannel) => Promise<void>,
  ): Promise<void> {
    const trial = this.last.then(() => this.attempt(name, open, send));
    this.last = trial.catch(() => {});
    return trial;
  }

  private async attempt(
    name: string,
    open: () => Promise<ConfirmChannel>,
    send: (channel: ConfirmChannel) => Promise<void>,
  ): Promise<void> {
    const channel = await open();
    let refusal: Error | undefined;
    channel.on('error', (error) => {
      if (isRefusal(error)) refusal = error as Error;
    });
    try {
      await send(channel);
    } catch (error) {
      throw refusal ?? error;
    }
    this.suspects.delete(name);
    await channel.close().catch(() => {}); // The message is confirmed, whatever becomes of its channel.
  }
}
