import { RabbitMqTransport } from '@thali/kit/messaging/rabbitmq';
import { Said, World, aNotebook, eventually, wordsOf } from '@thali/kit/messaging/testing';
import { createLog } from '@thali/kit/telemetry';
import { send } from '@thali/kit/messaging';
import type { Database } from '@thali/kit/postgres';
import { connect } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { PrivateRabbitMq } from '../../../../tools/dev/private-rabbitmq';
import { describeWithOwnRabbitMq } from '../../../../tools/jest/with-rabbitmq';

jest.setTimeout(300_000);

const log = createLog('test', 'silent');
/** A broker in trouble is given up that soon. */
const confirmWithinMs = 2_000;
const wanted = { talker: [], listener: ['talker.said'] };
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
const people = upTo(20).map((n) => `who-${n}`);

// Only with a broker of our own, which nobody misses.
describeWithOwnRabbitMq('RabbitMQ in trouble', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  let broker: PrivateRabbitMq;
  let world: World;
  let prefix: string;

  beforeAll(async () => {
    process.on('unhandledRejection', note);
    broker = await PrivateRabbitMq.launch();
  });

  afterAll(async () => {
    await broker.end();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  beforeEach(async () => {
    const aTransport = async (name: string) =>
      new RabbitMqTransport({ url: broker.url, log, prefix: (prefix = name), wanted, confirmWithinMs });
    world = await World.create(
      { name: 'RabbitMQ', apart: true, aTransport, close: async () => {} },
      'a database per module',
    );
  });

  afterEach(() => world.close());

  const say = (talker: Database, who: string, n: number) =>
    talker.transaction(async (tx) => send(tx, Said({ who, n })));

  /** Everybody says so many words, one after another, everybody at once. */
  async function chat(talker: Database, count: number, from = 1): Promise<void> {
    const speak = async (who: string) => {
      for (const n of upTo(count)) await say(talker, who, from + n - 1);
    };
    await Promise.all(people.map(speak));
  }

  /** What is known of everybody's words, once it is that many of each. */
  async function wordsOfAll(listener: Database, count: number): Promise<number[][]> {
    const words: number[][] = [];
    for (const who of people) {
      const look = () => wordsOf(listener, 'listener.note', who);
      words.push(await eventually(look, ({ length }) => length >= count, 60_000));
    }
    return words;
  }

  const inOrder = (count: number) => people.map(() => upTo(count));
  const heardAnything = (listener: Database) =>
    eventually(
      () => listener.read<{ n: number }>('select n from notebook limit 1'),
      ({ length }) => length > 0,
    );

  it('loses and reorders nothing when connections are closed in the middle', async () => {
    const one = await world.aProcess([aNotebook('listener.note')]);
    const two = await world.aProcess([aNotebook('listener.note')]);
    const chats = chat(one.talker, 30);
    await heardAnything(two.listener);
    for (const _ of upTo(3)) await broker.control('close_all_connections', 'a test wants it');
    await chats;
    expect(await wordsOfAll(two.listener, 30)).toEqual(inOrder(30));
  });

  it('loses and reorders nothing when the broker is stopped, or killed, and started again', async () => {
    const { talker, listener } = await world.aProcess([aNotebook('listener.note')]);
    let said = 0;
    // In this order: RabbitMQ 3.10 forgets where it keeps a queue when it is killed within half a second of declaring
    // it.
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const chats = chat(talker, 10, said + 1);
      await eventually(
        () => wordsOf(listener, 'listener.note', 'who-1'),
        ({ length }) => length > said,
      );
      await broker.stop(signal);
      await chats;
      await chat(talker, 10, said + 11);
      await broker.start();
      said += 20;
      expect(await wordsOfAll(listener, said)).toEqual(inOrder(said));
    }
  });

  it('loses and reorders nothing when the broker stands still for longer than we wait', async () => {
    const { talker, listener } = await world.aProcess([aNotebook('listener.note')]);
    await chat(talker, 5);
    await wordsOfAll(listener, 5);
    const transport = aTransportOfItsOwn();
    await transport.start();
    broker.signal('SIGSTOP');
    await chat(talker, 5, 6);
    await expect(transport.deliver('listener', [aMessage(1)])).rejects.toThrow(
      `did not confirm talker.said within ${confirmWithinMs} ms`,
    );
    broker.signal('SIGCONT');
    expect(await wordsOfAll(listener, 10)).toEqual(inOrder(10));
    await transport.stop();
  });

  it('knows when the broker is out of reach, also one that stands still, and when it is back', async () => {
    const transport = aTransportOfItsOwn();
    await transport.start();
    const healthToBe = (health: RegExp) =>
      eventually(
        async () => transport.health.rabbitmq ?? '',
        (now) => health.test(now),
      );
    await healthToBe(/^ok$/);
    expect(transport.connectedMs).toBeGreaterThan(0);
    broker.signal('SIGSTOP');
    await healthToBe(/^(connected, but silent|not connected) for \d+ s$/);
    expect(transport.connectedMs).toBe(0);
    broker.signal('SIGCONT');
    await healthToBe(/^ok$/);
    await broker.stop('SIGTERM');
    await healthToBe(/^not connected for \d+ s$/);
    const [stoppedAt] = [performance.now(), await broker.start()];
    await healthToBe(/^ok$/);
    expect(transport.connectedMs).toBeLessThan(performance.now() - stoppedAt);
    await transport.stop();
  });

  it('waits while the broker is short of memory, but not for ever, and goes on when it no longer is', async () => {
    // Long enough for the broker to say why.
    const withinMs = 6_000;
    const transport = aTransportOfItsOwn(withinMs);
    await transport.start();
    await broker.control('set_vm_memory_high_watermark', '0.0000001');
    await expect(transport.deliver('listener', [aMessage(1)])).rejects.toThrow(
      `did not confirm talker.said within ${withinMs} ms: low on memory`,
    );
    await expect(transport.deliver('listener', [aMessage(1)])).rejects.toThrow(
      'RabbitMQ takes no messages: low on memory',
    );
    await broker.control('set_vm_memory_high_watermark', '0.6');
    await eventually(
      () =>
        transport.deliver('listener', [aMessage(2)]).then(
          () => true,
          () => false,
        ),
      Boolean,
    );
    await transport.stop();
  });

  it('parks what can never be stored, and loses and reorders nothing else', async () => {
    const { talker, listener } = await world.aProcess([aNotebook('listener.note')]);
    const connection = await connect(broker.url);
    const channel = await connection.createConfirmChannel();
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const frame = JSON.stringify({ ...aMessage(1), data: 'deep' }).replace('"deep"', deep);
    const chats = chat(talker, 10);
    channel.publish(`${prefix}.talker`, 'listener.p0', Buffer.from(frame));
    await channel.waitForConfirms();
    await chats;

    expect(await wordsOfAll(listener, 10)).toEqual(inOrder(10));
    await eventually(
      () => channel.checkQueue(`${prefix}.listener.parked`),
      ({ messageCount }) => messageCount === 1,
    );
    await connection.close();
  });

  it('stops in good time while the broker is away', async () => {
    const process = await world.aProcess([aNotebook('listener.note')]);
    await broker.stop();
    await say(process.talker, 'ann', 1);
    const began = performance.now();
    await process.stop();
    expect(performance.now() - began).toBeLessThan(30_000);
    await broker.start();
    const { listener } = await world.aProcess([aNotebook('listener.note')]);
    expect(
      await eventually(
        () => wordsOf(listener, 'listener.note', 'ann'),
        ({ length }) => length > 0,
      ),
    ).toEqual([1]);
  });

  function aTransportOfItsOwn(withinMs = confirmWithinMs): RabbitMqTransport {
    return new RabbitMqTransport({
      url: broker.url,
      log,
      prefix: `test-${randomUUID()}`,
      wanted,
      confirmWithinMs: withinMs,
    });
  }
});

function aMessage(n: number) {
  const story = { causationId: null, correlationId: 'a-story', recordedAt: new Date(0).toISOString() };
  return { ...story, ...Said({ who: 'ann', n }), id: randomUUID(), producer: 'talker', keyVersion: n };
}
