import type { Channel, ConsumeMessage } from 'amqplib';
import { InFlight, messageOf, type Log } from '../../core';
import type { Session } from './session';

/** Questions that a process answers at once. */
const prefetch = 50;

/** Answers one question. @param withinMs how long the asker waits. */
export type Reply = (asked: Buffer, withinMs: number) => Promise<Buffer>;

/** Answers the questions that come to queues, of which every process that can answer takes its share. */
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
      // The queue goes with the last who answers, so that whoever asks then knows at once that nobody does.
      await channel.assertQueue(queue, { durable: true, autoDelete: true, arguments: { 'x-queue-type': 'classic' } });
      const take = (asked: ConsumeMessage | null) => {
        if (!asked) return session.end(`the broker has cancelled the consumer of ${queue}`);
        if (this.stopping) return;
        void this.running.track(this.answer(channel, asked, reply));
      };
      await channel.consume(queue, take);
    }
  }

  /** Takes no more questions, which go to others when the session ends, and waits for the answers under way. */
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
      this.log.warn({ err: error, queue: asked.fields.routingKey }, `an answer could not be sent: ${messageOf(error)}`);
    }
  }
}
