import type { Channel, ConsumeMessage } from 'amqplib';
import { InFlight, type Log } from '../../core';
import type { Session } from './session';

/** Questions that a process answers concurrently. */
const prefetch = 50;

/** Answers one question. @param withinMs how long the asker waits. */
export type Reply = (asked: Buffer, withinMs: number) => Promise<Buffer>;

/** Answers the questions that come to queues. Processes that answer the same question share its queue. */
export class Answerer {
  private readonly replies = new Map<string, Reply>();
  private readonly running = new InFlight();
  private stopping = false;

  constructor(private readonly log: Log) {}

  /** Before `begin`. */
  register(queue: string, reply: Reply): void {
    this.replies.set(queue, reply);
  }

  async begin(session: Session): Promise<void> {
    if (this.replies.size === 0) return;
    const channel = await session.openChannel();
    await channel.prefetch(prefetch);
    for (const [queue, reply] of this.replies) {
      // The queue is deleted with its last consumer, so that a question then comes back as unroutable instead of timing out.
      await channel.assertQueue(queue, { durable: true, autoDelete: true, arguments: { 'x-queue-type': 'classic' } });
      const take = (asked: ConsumeMessage | null) => {
        if (!asked) return session.end(`the broker has cancelled the consumer of ${queue}`);
        if (this.stopping) return;
        void this.running.track(this.answer(channel, asked, reply));
      };
      await channel.consume(queue, take);
    }
  }

  /** Accepts no more questions, which go to other processes when the session ends, and waits for the answers in flight. */
  stop(): Promise<void> {
    this.stopping = true;
    return this.running.idle();
  }

  private async answer(channel: Channel, asked: ConsumeMessage, reply: Reply): Promise<void> {
    const { replyTo, correlationId, expiration } = asked.properties as {
      replyTo: string;
      correlationId: string;
      expiration: string;
    };
    try {
      const content = await reply(asked.content, Number(expiration));
      channel.sendToQueue(replyTo, content, { correlationId });
      channel.ack(asked);
    } catch (error) {
      this.log.warn({ err: error, queue: asked.fields.routingKey }, 'answer not sent');
    }
  }
}
