import type { ConsumeMessage } from 'amqplib';
import { EventEmitter } from 'node:events';
import type { Message } from '../../core';
import { Publisher } from '../rabbitmq/publisher';
import type { Session } from '../rabbitmq/session';

/** A channel to a broker that says what it is told to say, when it is told to. */
class Channel extends EventEmitter {
  private readonly confirms: (() => void)[] = [];

  publish(_exchange: string, _routingKey: string, _content: Buffer, _options: object, done: (error: null) => void) {
    this.confirms.push(() => done(null));
  }

  bringBack(routingKey: string, messageId: string) {
    this.emit('return', { fields: { exchange: 'talker', routingKey }, properties: { messageId } } as ConsumeMessage);
  }

  confirmAll() {
    for (const confirm of this.confirms) confirm();
  }
}

it('fails where no queue takes a message, and nowhere else, when it is published for two modules and confirmed for both at once', async () => {
  const channel = new Channel();
  const session = { openConfirmChannel: async () => channel, whenUnblocked() {}, together() {}, end() {} };
  const publisher = new Publisher(
    (to) => ({ exchange: 'talker', routingKey: `${to}.p0` }),
    1_000,
    () => 0,
  );
  await publisher.begin(session as unknown as Session);

  const published = Promise.allSettled([
    publisher.publish('listener', [aMessage]),
    publisher.publish('stranger', [aMessage]),
  ]);
  channel.bringBack('stranger.p0', aMessage.id);
  channel.confirmAll();

  expect((await published).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

const aMessage: Message = {
  id: '01a1fd15-378b-7ede-8579-2aa8bb386c58',
  producer: 'talker',
  type: 'talker.said',
  version: 2,
  key: 'ann',
  keyVersion: 1,
  causationId: null,
  correlationId: 'a-story',
  recordedAt: new Date(0).toISOString(),
  data: {},
};
