import type { Channel } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { within } from '../ports/time-limit';
import type { Session } from './session';

/** Direct reply-to: https://www.rabbitmq.com/docs/direct-reply-to */
const directReplyTo = 'amq.rabbitmq.reply-to';

interface Waiting {
  resolve(reply: Buffer): void;
  reject(error: Error): void;
}

/** Sends questions to queues, and matches replies with them. */
export class Asker {
  private open: { session: Session; channel: Channel } | undefined;
  private readonly waiting = new Map<string, Waiting>();

  async begin(session: Session): Promise<void> {
    const channel = await session.openChannel();
    const waitingFor = (id: unknown) => this.waiting.get(String(id));
    channel.on('return', ({ properties }) =>
      waitingFor(properties.correlationId)?.reject(new Error('nobody answers it')),
    );
    await channel.consume(
      directReplyTo,
      (reply) => reply && waitingFor(reply.properties.correlationId)?.resolve(reply.content),
      { noAck: true },
    );
    this.open = { session, channel };
  }

  /**
   * @returns the reply.
   * @throws {Error} when the broker is away, the question has no queue, or no reply came in time.
   */
  async ask(queue: string, content: Buffer, withinMs: number): Promise<Buffer> {
    if (!this.open || this.open.session.ended) throw new Error('RabbitMQ is not connected');
    const id = randomUUID();
    const reply = new Promise<Buffer>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    try {
      const options = { correlationId: id, replyTo: directReplyTo, expiration: Math.ceil(withinMs), mandatory: true };
      this.open.channel.sendToQueue(queue, content, options);
      return await within(withinMs, reply, () => new Error(`no answer within ${withinMs} ms`));
    } finally {
      this.waiting.delete(id);
    }
  }
}
