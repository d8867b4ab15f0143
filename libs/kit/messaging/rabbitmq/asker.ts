import type { Channel } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { within } from '../ports/time-limit';
import type { Session } from './session';

/** The broker's name for "back to whoever asks, over the channel it asks on". */
const backToAsker = 'amq.rabbitmq.reply-to';

interface Waiting {
  resolve(reply: Buffer): void;
  reject(error: Error): void;
}

/** Sends questions to queues, and knows which reply belongs to which. */
export class Asker {
  private road: { session: Session; channel: Channel } | undefined;
  private readonly waiting = new Map<string, Waiting>();

  async begin(session: Session): Promise<void> {
    const channel = await session.openChannel();
    const waitingFor = (id: unknown) => this.waiting.get(String(id));
    channel.on('return', ({ properties }) =>
      waitingFor(properties.correlationId)?.reject(new Error('nobody answers it')),
    );
    await channel.consume(
      backToAsker,
      (reply) => reply && waitingFor(reply.properties.correlationId)?.resolve(reply.content),
      { noAck: true },
    );
    this.road = { session, channel };
  }

  /**
   * @returns the reply.
   * @throws {Error} when the broker is away, nobody listens to the queue, or no reply came in time.
   */
  async ask(queue: string, content: Buffer, withinMs: number): Promise<Buffer> {
    if (!this.road || this.road.session.ended) throw new Error('RabbitMQ is not connected');
    const id = randomUUID();
    const reply = new Promise<Buffer>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    try {
      const options = { correlationId: id, replyTo: backToAsker, expiration: Math.ceil(withinMs), mandatory: true };
      this.road.channel.sendToQueue(queue, content, options);
      return await within(withinMs, reply, () => new Error(`no answer within ${withinMs} ms`));
    } finally {
      this.waiting.delete(id);
    }
  }
}
