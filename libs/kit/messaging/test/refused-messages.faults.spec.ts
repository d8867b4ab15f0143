import { deadLetters, replay, send } from '@thali/kit/messaging';
import { RabbitMqTransport } from '@thali/kit/messaging/rabbitmq';
import { Said, World, aNotebook, eventually, wordsOf } from '@thali/kit/messaging/testing';
import { createLog } from '@thali/kit/telemetry';
import { Log } from '@thali/kit/core';
import { PrivateRabbitMq } from '../../../../tools/dev/private-rabbitmq';
import { describeWithOwnRabbitMq } from '../../../../tools/jest/with-rabbitmq';
import { countRefused } from '../outbox/refused-messages';

jest.setTimeout(300_000);

const log = createLog('test', 'silent');
const wanted = { talker: [], listener: ['talker.said'] };
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

/** Keeps the lines of errors. */
class ErrorLog extends Log {
  readonly lines: { message: string; fields: object }[] = [];
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(fields: object, message: string): void {
    this.lines.push({ message, fields });
  }
}

// Only with a broker of our own, of which a test says what it takes.
describeWithOwnRabbitMq('a message that the broker never takes', () => {
  let broker: PrivateRabbitMq;
  let world: World;
  let process: Awaited<ReturnType<World['aProcess']>>;
  let errors: ErrorLog;

  beforeAll(async () => void (broker = await PrivateRabbitMq.launch()));
  afterAll(() => broker.end());
  beforeEach(async () => {
    await broker.control('eval', 'application:set_env(rabbit, max_message_size, 60000).');
    const aTransport = async (prefix: string) => new RabbitMqTransport({ url: broker.url, log, prefix, wanted });
    const bus = { name: 'RabbitMQ', apart: true, aTransport, close: async () => {} };
    world = await World.create(bus, 'a database per module');
    errors = new ErrorLog();
    process = await world.aProcess([aNotebook('listener.note')], { log: errors });
  });
  afterEach(() => world.close());

  /** One transaction: so they leave in one batch. @param large the numbers of the words that the broker does not take. */
  const say = (who: string, numbers: number[], large: number[] = []) =>
    process.talker.transaction(async (tx) => {
      for (const n of numbers) {
        const said = Said({ who, n });
        send(tx, large.includes(n) ? { ...said, data: { who, n, breath: 'ah'.repeat(50_000) } } : said);
      }
    });
  const heard = (who: string, count: number) =>
    eventually(
      () => wordsOf(process.listener, 'listener.note', who),
      ({ length }) => length >= count,
    );

  it('becomes a dead letter of the outbox, holds up its own key only, and is replayed to its old place', async () => {
    await Promise.all([say('bob', upTo(3), [2]), ...upTo(50).map((n) => say(`who-${n}`, upTo(4)))]);
    for (const n of upTo(50)) expect(await heard(`who-${n}`, 4)).toEqual(upTo(4));
    const [dead, ...others] = await eventually(
      () => deadLetters(process.talker),
      ({ length }) => length > 0,
    );
    expect(others).toEqual([]);
    expect(dead).toMatchObject({ subscription: 'outbox to listener', key: 'bob', attempts: 3, waitingBehind: 1 });
    expect(dead?.errors[0]?.message).toMatch(/PRECONDITION_FAILED - message size \d+ is? ?larger than .* 60000/);
    expect(errors.lines).toMatchObject([
      { message: 'message refused by the broker', fields: { messageId: dead?.messageId, destination: 'listener' } },
    ]);
    expect(await countRefused(process.talker)).toBe(1);

    await say('bob', [4]);
    await say('ann', [1]);
    expect(await heard('ann', 1)).toEqual([1]);
    expect(await heard('bob', 1)).toEqual([1]);

    await broker.control('eval', 'application:set_env(rabbit, max_message_size, 600000).');
    await broker.control('close_all_connections', 'they are to see what is allowed now');
    await replay(process.talker, 'outbox to listener', dead!.messageId);
    expect(await heard('bob', 4)).toEqual(upTo(4));
    expect(await deadLetters(process.talker)).toEqual([]);
    await eventually(
      () => process.talker.read('select 1 from outbox union all select 1 from blocked_keys'),
      ({ length }) => length === 0,
    );
  });

  it('is found among several at once, each of which is one', async () => {
    await Promise.all(['ann', 'bob', 'cat'].map((who) => say(who, upTo(2), [2])));
    await say('dan', upTo(2));
    const dead = await eventually(
      () => deadLetters(process.talker),
      ({ length }) => length === 3,
    );
    expect(new Set(dead.map(({ key }) => key))).toEqual(new Set(['ann', 'bob', 'cat']));
    for (const who of ['ann', 'bob', 'cat']) expect(await heard(who, 1)).toEqual([1]);
    expect(await heard('dan', 2)).toEqual([1, 2]);
  });
});
