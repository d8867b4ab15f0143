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

/** A channel that the broker closes when what it has taken together is too much, without saying which message was. */
class StrictChannel extends EventEmitter {
  constructor(private readonly isTooLarge: (routingKey: string) => boolean) {
    super();
  }

  publish(_: string, routingKey: string, _content: Buffer, _options: object, done: (error: Error | null) => void) {
    this.once('close', () => done(new Error('channel closed')));
    setImmediate(() => {
      if (!this.isTooLarge(routingKey)) return done(null);
      this.emit('error', Object.assign(new Error('too large'), { code: 406 }));
      this.emit('close');
    });
  }

  async close() {}
}

it('refuses only the message that is refused when it is published alone, whatever was in flight beside it', async () => {
  const isTooLarge = (routingKey: string) => routingKey === 'stranger.p0';
  const aChannel = async () => new StrictChannel(isTooLarge);
  const session = {
    openConfirmChannel: aChannel,
    openTrialChannel: aChannel,
    whenUnblocked() {},
    together() {},
    end() {},
  };
  const publisher = new Publisher(
    (to) => ({ exchange: 'talker', routingKey: `${to}.p0` }),
    10_000,
    () => 0,
  );
  await publisher.begin(session as unknown as Session);
  const publish = () =>
    Promise.allSettled([
      publisher.publish('listener', [aMessage]),
      publisher.publish('stranger', [aMessage, { ...aMessage, id: 'next', key: 'ann' }]),
    ]);

  const [, first] = await publish();
  expect(first).toMatchObject({ reason: expect.not.objectContaining({ name: 'MessagesRefused' }) });
  await publisher.begin(session as unknown as Session);
  const [listener, stranger] = await publish();
  expect(listener).toEqual({ status: 'fulfilled', value: undefined });
  expect(stranger).toMatchObject({
    reason: { name: 'MessagesRefused', undelivered: new Set([aMessage.id, 'next']) },
  });
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
