import { defineQuestion, type Message } from '@thali/kit/core';
import { RabbitMqQuestions, RabbitMqTransport } from '@thali/kit/messaging/rabbitmq';
import { describeQuestions, describeTransport, eventually } from '@thali/kit/messaging/testing';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { describeWithRabbitMq, urlOfSharedRabbitMq } from '../../../../tools/jest/with-rabbitmq';
import { log, rabbitMq, wanted } from './buses';

jest.setTimeout(300_000);

let url: string;

describeWithRabbitMq('a bus over a broker', () => {
  beforeAll(async () => (url = await urlOfSharedRabbitMq()));

  describeTransport(rabbitMq);

  describeQuestions({
    name: 'RabbitMQ',
    aPair: (world) => {
      const aProcess = () => new RabbitMqQuestions({ url, log, prefix: world });
      return { asker: aProcess(), answerer: aProcess() };
    },
  });
});

describeWithRabbitMq('RabbitMQ', () => {
  const transports: RabbitMqTransport[] = [];
  let prefix: string;
  let connection: ChannelModel;
  let channel: Channel;

  beforeAll(async () => {
    url = await urlOfSharedRabbitMq();
    connection = await connect(url);
    channel = await connection.createChannel();
  });

  afterAll(() => connection.close());

  beforeEach(() => (prefix = `test-${randomUUID()}`));

  afterEach(async () => {
    await Promise.all(transports.splice(0).map((transport) => transport.stop()));
  });

  const openCoLocatedInbox = async () => undefined;

  /** A transport of a process that hosts only the talker. */
  function aTalkersTransport(): RabbitMqTransport {
    const transport = new RabbitMqTransport({ url, log, prefix, wanted });
    transport.register({ module: 'talker', types: [], receive: async () => {}, openCoLocatedInbox });
    transports.push(transport);
    return transport;
  }

  /** A transport of a process that hosts only the listener, who writes down what arrives. */
  function aListenersTransport(): { transport: RabbitMqTransport; heard: Message[] } {
    const heard: Message[] = [];
    const transport = new RabbitMqTransport({ url, log, prefix, wanted });
    transport.register({
      module: 'listener',
      types: ['talker.said'],
      openCoLocatedInbox,
      receive: async (messages) => void heard.push(...messages),
    });
    transports.push(transport);
    return { transport, heard };
  }

  const queues = () => Array.from({ length: 8 }, (_, part) => `${prefix}.listener.p${part}`);

  it('keeps what is sent to a module that has never run until it does', async () => {
    const talker = aTalkersTransport();
    await talker.start();
    expect(talker.routes()).toEqual([{ type: 'talker.said', destination: 'listener' }]);
    const messages = [1, 2, 3].flatMap((n) => [aMessage('ann', n), aMessage('bob', n)]);
    await talker.deliver('listener', messages);

    const { transport, heard } = aListenersTransport();
    await transport.start();
    await eventually(
      async () => heard.length,
      (count) => count === 6,
    );

    const ofAnn = (list: Message[]) => list.filter(({ key }) => key === 'ann');
    expect(ofAnn(heard)).toEqual(ofAnn(messages));
  });

  it('fails with a message that no queue takes', async () => {
    const talker = aTalkersTransport();
    await talker.start();
    await expect(talker.deliver('stranger', [aMessage('ann', 1)])).rejects.toThrow(
      'no queue of stranger takes talker.said',
    );
  });

  it('fails with a message whose queue somebody has deleted, and declares the queue anew', async () => {
    const talker = aTalkersTransport();
    await talker.start();
    for (const queue of queues()) await channel.deleteQueue(queue);
    await expect(talker.deliver('listener', [aMessage('ann', 1)])).rejects.toThrow(
      'no queue of listener takes talker.said',
    );
    await talker.deliver('listener', [aMessage('ann', 1)]);
  });

  it('listens again when somebody deletes the queues under it', async () => {
    const { transport, heard } = aListenersTransport();
    await transport.start();
    for (const queue of queues()) await channel.deleteQueue(queue);
    await eventually(
      () => Promise.all(queues().map((queue) => consumersOf(queue))),
      (counts) => counts.every((count) => count === 1),
    );

    const talker = aTalkersTransport();
    await talker.start();
    const message = aMessage('ann', 1);
    await talker.deliver('listener', [message]);
    await eventually(
      async () => heard.length,
      (count) => count > 0,
    );
    expect(heard).toEqual([message]);
  });

  it('parks what is no message, and goes on with what is', async () => {
    const { transport, heard } = aListenersTransport();
    await transport.start();
    const { address, good } = { address: `${prefix}.talker`, good: aMessage('ann', 1) };
    channel.publish(address, 'listener.p0', Buffer.from('not even JSON'));
    channel.publish(address, 'listener.p0', Buffer.from(JSON.stringify({ ...good, key: 'a\0b' })));
    channel.publish(address, 'listener.p0', Buffer.from(JSON.stringify(good)));
    await eventually(
      async () => heard.length,
      (count) => count === 1,
    );
    expect(heard).toEqual([good]);
    await eventually(
      () => channel.checkQueue(`${prefix}.listener.parked`),
      ({ messageCount }) => messageCount === 2,
    );
  });

  it('stores again, in order, what could not be stored', async () => {
    const heard: Message[] = [];
    let failures = 3;
    const transport = new RabbitMqTransport({ url, log, prefix, wanted });
    transports.push(transport);
    const receive = async (messages: readonly Message[]) => {
      if (failures-- > 0) throw new Error('the database is away');
      heard.push(...messages);
    };
    transport.register({ module: 'listener', types: ['talker.said'], receive, openCoLocatedInbox });
    const talker = aTalkersTransport();
    await Promise.all([transport.start(), talker.start()]);
    const messages = Array.from({ length: 300 }, (_, n) => aMessage('ann', n + 1));
    await talker.deliver('listener', messages);
    await eventually(
      async () => heard.length,
      (count) => count >= 300,
    );
    expect(heard).toEqual(messages);
  });

  it('gives back, in order, what it could not store for too long, and another instance stores it', async () => {
    const cutOff = new RabbitMqTransport({ url, log, prefix, wanted, holdAtMostMs: 1_000 });
    transports.push(cutOff);
    const refused = jest.fn(async () => {
      throw new Error('the database is away, from here');
    });
    cutOff.register({ module: 'listener', types: ['talker.said'], receive: refused, openCoLocatedInbox });
    await cutOff.start();
    const talker = aTalkersTransport();
    await talker.start();
    const messages = Array.from({ length: 300 }, (_, n) => aMessage('ann', n + 1));
    await talker.deliver('listener', messages);
    await eventually(
      async () => refused.mock.calls.length,
      (calls) => calls > 0,
    );

    const { transport, heard } = aListenersTransport();
    await transport.start();
    await eventually(
      async () => heard.length,
      (count) => count >= 300,
    );
    expect(heard).toEqual(messages);
  });

  /** A listener who says of each message whether it may be handled at once, and does as it is told. */
  function aListenerWho(receive: () => Promise<void>): { transport: RabbitMqTransport; first: Map<number, boolean> } {
    const first = new Map<number, boolean>();
    const transport = new RabbitMqTransport({ url, log, prefix, wanted });
    transports.push(transport);
    transport.register({
      module: 'listener',
      types: ['talker.said'],
      openCoLocatedInbox,
      receive: async (messages, isFirst = () => false) => {
        for (const message of messages) first.set((message.data as { n: number }).n, isFirst(message));
        await receive();
      },
    });
    return { transport, first };
  }

  it('says of what it hands out again that it may have killed somebody', async () => {
    const talker = aTalkersTransport();
    const victim = aListenerWho(() => Promise.reject(new Error('dies')));
    await Promise.all([talker.start(), victim.transport.start()]);
    await talker.deliver('listener', [aMessage('ann', 1)]);
    await eventually(
      async () => victim.first.size,
      (count) => count === 1,
    );
    await victim.transport.stop();
    const successor = aListenerWho(async () => {});
    await successor.transport.start();
    await eventually(
      async () => successor.first.size,
      (count) => count === 1,
    );
    expect([...victim.first, ...successor.first]).toEqual([
      [1, true],
      [1, false],
    ]);
  });

  it('has everything stored while more waits than it hands over at once: that is where it is known how long', async () => {
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    const { transport, first } = aListenerWho(() => released);
    const talker = aTalkersTransport();
    await Promise.all([talker.start(), transport.start()]);
    await talker.deliver('listener', [aMessage('ann', 0)]);
    await eventually(
      async () => first.size,
      (count) => count === 1,
    );
    const many = Array.from({ length: 600 }, (_, n) => aMessage(`somebody ${n}`, n + 1));
    await talker.deliver('listener', many);
    await eventually(
      () => Promise.all(queues().map((queue) => channel.checkQueue(queue))),
      (counts) => counts.every(({ messageCount }) => messageCount === 0),
    );
    release();
    await eventually(
      async () => first.size,
      (count) => count === 601,
    );
    const counts = [true, false].map((value) => [...first.values()].filter((each) => each === value).length);
    expect(first.get(0)).toBe(true);
    expect(counts[1]).toBeGreaterThanOrEqual(400);
  });

  it('does not start on queues that were declared otherwise, and says which', async () => {
    const [queue = ''] = queues();
    await channel.assertQueue(queue, { durable: true });
    await expect(aTalkersTransport().start()).rejects.toThrow(
      /^RabbitMQ has an exchange or a queue that is not as it should be.*listener\.p0/,
    );
  });

  it('does not start where it is not let in, and keeps the password to itself', async () => {
    const { host } = new URL(url);
    const transport = new RabbitMqTransport({ url: `amqp://nobody:knows@${host}`, log });
    await expect(transport.start()).rejects.toThrow(
      new RegExp(`^RabbitMQ at ${host} cannot be reached: .*ACCESS_REFUSED`),
    );
    await expect(transport.start()).rejects.not.toThrow('knows');
  });

  it('tells with every message how late its sender is, for as long as that is news', async () => {
    const [talker, { transport }] = [aTalkersTransport(), aListenersTransport()];
    await Promise.all([talker.start(), transport.start()]);
    expect(transport.lagElsewhereMs).toBe(0);
    talker.lagHere = () => 1_234.5;
    let n = 0;
    // It is news for a second only: again until it is read in time.
    const tell = async () => {
      await talker.deliver('listener', [aMessage('ann', ++n)]);
      return transport.lagElsewhereMs;
    };
    expect(await eventually(tell, (lagMs) => lagMs > 0)).toBe(1_235);
    await eventually(
      async () => transport.lagElsewhereMs,
      (lagMs) => lagMs === 0,
    );
  });

  it('does not stop before it has answered what it was asked, however much that is', async () => {
    const LifeOf = defineQuestion('registry.life-of', { ask: z.object({}), answer: z.object({ story: z.string() }) });
    const aProcess = () => new RabbitMqQuestions({ url, log, prefix });
    const [asker, answerer] = [aProcess(), aProcess()];
    const answers: ((given: { story: string }) => void)[] = [];
    const think = () => new Promise<{ story: string }>((answer) => void answers.push(answer));
    answerer.register({ question: LifeOf as never, answer: think });
    await answerer.start();
    await asker.start();

    const ask = (withinMs: number) => asker.ask(LifeOf, {}, { withinMs });
    const before = Array.from({ length: 40 }, () => ask(60_000));
    await eventually(
      async () => answers.length,
      (count) => count === before.length,
    );
    const stopped = answerer.stop();
    // As long as this one waits in vain, it could have stopped.
    await expect(ask(1_000)).rejects.toMatchObject({ code: 'question.unanswered' });
    const life = { story: 'x'.repeat(50_000) };
    answers.forEach((answer) => answer(life));
    expect(await Promise.all(before)).toEqual(before.map(() => life));
    await stopped;
    await asker.stop();
  });

  it('ends when what is being delivered has been', async () => {
    const talker = aTalkersTransport();
    await talker.start();
    const delivered = talker.deliver('listener', [aMessage('ann', 1)]);
    await talker.stop();
    await expect(delivered).resolves.toBeUndefined();
  });

  /** Asked on a connection of its own, because a queue that is not there ends the channel. */
  async function consumersOf(queue: string): Promise<number> {
    const asking = await connection.createChannel();
    asking.on('error', () => {});
    return asking.checkQueue(queue).then(
      async ({ consumerCount }) => {
        await asking.close();
        return consumerCount;
      },
      () => 0,
    );
  }
});

function aMessage(who: string, n: number): Message {
  return {
    id: randomUUID(),
    producer: 'talker',
    type: 'talker.said',
    version: 2,
    key: who,
    keyVersion: n,
    causationId: null,
    correlationId: 'a-story',
    recordedAt: new Date(0).toISOString(),
    data: { who, n },
  };
}
