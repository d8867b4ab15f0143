import { RabbitMqTransport } from '@thali/kit/event-bus/rabbitmq';
import { Said, World, aNotebook, eventually, wordsOf } from '@thali/kit/event-bus/testing';
import { createLog } from '@thali/kit/observability';
import { send } from '@thali/kit/outbox';
import type { Database } from '@thali/kit/postgres';
import { randomUUID } from 'node:crypto';
import { canLaunchRabbitMq, launchRabbitMq } from '../../../../tools/dev/rabbitmq';
import type { PrivateRabbitMq } from '../../../../tools/dev/private-rabbitmq';

jest.setTimeout(120_000);

const log = createLog('test', 'silent');
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
const people = upTo(20).map((n) => `who-${n}`);

// Only with a broker of our own, which nobody misses.
(canLaunchRabbitMq() ? describe : describe.skip)('RabbitMQ in trouble', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  let broker: PrivateRabbitMq;
  let world: World;

  beforeAll(async () => {
    process.on('unhandledRejection', note);
    broker = await launchRabbitMq();
  });

  afterAll(async () => {
    await broker.remove();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  beforeEach(async () => {
    const aTransport = (prefix: string) => new RabbitMqTransport({ url: broker.url, log, prefix, wanted: { talker: [], listener: ['talker.said'] }, confirmWithinMs: 2_000 });
    world = await World.create({ name: 'RabbitMQ', apart: true, aTransport, close: async () => {} }, 'a database per module');
  });

  afterEach(() => world.close());

  const say = (talker: Database, who: string, n: number) => talker.transaction(async (tx) => send(tx, Said({ who, n })));

  /** Everybody says so many words, one after another, everybody at once. */
  async function chat(talker: Database, count: number, from = 1): Promise<void> {
    await Promise.all(people.map(async (who) => void (await inTurn(count, (n) => say(talker, who, from + n - 1)))));
  }

  async function expectInOrder(listener: Database, count: number): Promise<void> {
    for (const who of people) {
      const words = await eventually(() => wordsOf(listener, 'listener.note', who), ({ length }) => length >= count, 60_000);
      expect(words).toEqual(upTo(count));
    }
  }

  const heardAnything = (listener: Database) =>
    eventually(() => listener.read<{ n: number }>('select n from notebook limit 1'), ({ length }) => length > 0);

  it('loses and reorders nothing when connections are closed in the middle', async () => {
    const [one, two] = [await world.aProcess([aNotebook('listener.note')]), await world.aProcess([aNotebook('listener.note')])];
    const chats = Promise.all([chat(one.talker, 30)]);
    await heardAnything(two.listener);
    for (const _ of upTo(3)) await broker.control('close_all_connections', 'a test wants it');
    await chats;
    await expectInOrder(two.listener, 30);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('loses and reorders nothing when the broker ends by %s and is started again', async (signal) => {
    const { talker, listener } = await world.aProcess([aNotebook('listener.note')]);
    const first = chat(talker, 10);
    await heardAnything(listener);
    await broker.stop(signal);
    await first;
    await chat(talker, 10, 11);
    await broker.start();
    await expectInOrder(listener, 20);
  });

  it('loses and reorders nothing when the broker stands still for longer than we wait', async () => {
    const { talker, listener } = await world.aProcess([aNotebook('listener.note')]);
    await chat(talker, 5);
    await expectInOrder(listener, 5);
    const transport = aTransportOfItsOwn();
    await transport.start();
    broker.signal('SIGSTOP');
    await chat(talker, 5, 6);
    await expect(transport.deliver('listener', [aMessage(1)])).rejects.toThrow('did not confirm talker.said within 500 ms');
    broker.signal('SIGCONT');
    await expectInOrder(listener, 10);
    await transport.stop();
  });

  it('waits while the broker is short of memory, but not for ever, and goes on when it no longer is', async () => {
    const transport = aTransportOfItsOwn();
    await transport.start();
    await broker.control('set_vm_memory_high_watermark', '0.0000001');
    await expect(transport.deliver('listener', [aMessage(1)])).rejects.toThrow('did not confirm talker.said within 500 ms: low on memory');
    await expect(transport.deliver('listener', [aMessage(1)])).rejects.toThrow('RabbitMQ takes no messages: low on memory');
    await broker.control('set_vm_memory_high_watermark', '0.6');
    await eventually(() => transport.deliver('listener', [aMessage(2)]).then(() => true, () => false), Boolean);
    await transport.stop();
  });

  it('stops in good time while the broker is away', async () => {
    const process = await world.aProcess([aNotebook('listener.note')]);
    await broker.stop();
    await say(process.talker, 'ann', 1);
    const began = performance.now();
    await process.stop();
    expect(performance.now() - began).toBeLessThan(10_000);
    await broker.start();
    const { listener } = await world.aProcess([aNotebook('listener.note')]);
    await eventually(() => wordsOf(listener, 'listener.note', 'ann'), ({ length }) => length === 1);
  });

  function aTransportOfItsOwn(): RabbitMqTransport {
    const wanted = { talker: [], listener: ['talker.said'] };
    return new RabbitMqTransport({ url: broker.url, log, prefix: `test-${randomUUID()}`, wanted, confirmWithinMs: 500 });
  }
});

async function inTurn(count: number, act: (n: number) => Promise<void>): Promise<void> {
  for (const n of upTo(count)) await act(n);
}

function aMessage(n: number) {
  const story = { causationId: null, correlationId: 'a-story', recordedAt: new Date(0).toISOString() };
  return { ...story, ...Said({ who: 'ann', n }), id: randomUUID(), producer: 'talker', keyVersion: n };
}
