import { DomainError } from '@thali/kit/core';
import { eventually } from '@thali/kit/messaging/testing';
import { aServer, moveTime, type TestServer } from '@thali/kit/postgres/testing';
import { deadLetters } from '../inbox/dead-letters';
import { sharesChanged } from '../leases/partitions';
import { send } from '../outbox/send';
import { schedule } from '../timers/schedule';
import { partitionOf } from '../../core';
import { Instance, Rang, leaseMs, type Hear, type Ring } from './instance';

let server: TestServer;
let instances: Instance[] = [];
beforeEach(async () => (server = await aServer()));
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(instances.map((instance) => instance.stop()));
  instances = [];
  await server.drop();
});

async function start(hear: Hear = () => {}, options: Parameters<typeof Instance.start>[2] = {}): Promise<Instance> {
  const instance = await Instance.start(server.url, () => hear, options);
  instances.push(instance);
  return instance;
}

/** Calls outside that are answered when a test says so. */
class Calls {
  readonly made: string[] = [];
  private readonly open: ((error?: Error) => void)[] = [];

  /** The first of a bell waits for its answer. */
  readonly handle = {
    outside: async ({ bell, n }: Ring) => {
      this.made.push(`${bell}${n}`);
      if (n === 0)
        await new Promise<void>((done, failed) => this.open.push((error) => (error ? failed(error) : done())));
      return async () => {};
    },
  };

  answer(call: number, error?: Error): void {
    this.open[call]!(error);
  }

  has(count: number): Promise<number> {
    return eventually(
      async () => this.open.length,
      (open) => open === count,
    );
  }
}

const say = (at: Instance, bell: string, n: number) => at.db.transaction(async (tx) => send(tx, Rang({ bell, n })));
const all = async (at: Instance) =>
  eventually(
    () => at.shares(),
    ([mine, ...others]) => mine === 32 && others.length === 0,
  );
const handled = async (at: Instance) =>
  (await at.db.read<{ said: string }>(`select key || key_version as said from handled order by position`)).map(
    ({ said }) => said,
  );
const isHandled = (at: Instance, said: string) =>
  eventually(
    () => handled(at),
    (list) => list.includes(said),
  );
/** A key whose partition is given away when a second instance comes. */
const given = Array.from({ length: 32 }, (_, n) => `bell-${n}-`).find((key) => partitionOf(key) >= 16)!;

describe('a message in flight while its partition changes hands', () => {
  /** The old owner waits for the answer to its call, and so does the young one, who has taken over. */
  async function inFlightAtTwo() {
    const calls = new Calls();
    const options = { attempts: 1, handle: calls.handle };
    const old = await start(undefined, options);
    await all(old);
    await say(old, given, 0);
    await calls.has(1);
    const young = await start(undefined, options);
    await calls.has(2);
    return { calls, old, young };
  }

  it('that the new owner has handled does not park its key by failing at the old one', async () => {
    const { calls, old, young } = await inFlightAtTwo();
    calls.answer(1);
    await isHandled(young, `${given}1`);
    calls.answer(0, new Error('no answer'));
    await old.stop();
    await say(young, given, 1);
    await isHandled(young, `${given}2`);
    expect(await deadLetters(young.db)).toEqual([]);
  });

  it('that died at the old owner is not followed by the next of its key at the new one', async () => {
    const { calls, old, young } = await inFlightAtTwo();
    await say(old, given, 1);
    await eventually(
      () => young.db.read('select 1 from inbox'),
      ({ length }) => length === 2,
    );
    // Until the new owner has it in memory: it has looked since.
    await say(young, 'another', 1);
    await isHandled(young, 'another1');
    calls.answer(0, new Error('no answer'));
    await eventually(
      () => deadLetters(young.db),
      ({ length }) => length === 1,
    );
    calls.answer(1);
    await say(young, 'another', 2);
    await isHandled(young, 'another2');
    await young.stop();
    expect(calls.made).not.toContain(`${given}1`);
  });
});

describe('an instance that takes back its own leases, after the database was away for longer', () => {
  it('does not begin the next of a key before the one that it is busy with', async () => {
    const calls = new Calls();
    const one = await start(undefined, { handle: calls.handle });
    await all(one);
    await say(one, 'a', 0);
    await calls.has(1);
    await moveTime(one.db, leaseMs);
    await one.without(async () => {
      const now = performance.now.bind(performance);
      jest.spyOn(performance, 'now').mockImplementation(() => now() + leaseMs);
    });
    one.db.emit(sharesChanged);
    await eventually(
      () => one.db.read('select 1 from leases where fence = 2').catch(() => []),
      ({ length }) => length === 32,
    );
    await eventually(
      () =>
        say(one, 'a', 1).then(
          () => true,
          () => false,
        ),
      Boolean,
    );
    await say(one, 'b', 1);
    await isHandled(one, 'b1');
    expect(calls.made).toEqual(['a0', 'b1']);
    calls.answer(0);
    await isHandled(one, 'a2');
    expect(calls.made).toEqual(['a0', 'b1', 'a1']);
  });
});

describe('after a crash', () => {
  it('who survives what waits has not been killed by it, however often others are while a dependency is away', async () => {
    let attempts = 0;
    const away = () => {
      attempts++;
      throw new DomainError('x.away', 'unavailable', 'it is away');
    };
    const first = await start(away);
    await all(first);
    await first.ring('a', 'b', 'c');
    await eventually(
      async () => attempts,
      (made) => made > 0,
    );
    first.crash();
    const second = await start(away);
    await second.later(leaseMs);
    const before = attempts;
    await eventually(
      async () => attempts,
      (made) => made > before + 1,
    );
    await second.stop();
    const third = await start();
    expect(await third.db.read('select crashes from inbox where crashes > 0')).toEqual([]);
    for (const said of ['a1', 'b1', 'c1']) await isHandled(third, said);
  });
});

describe('what can be said of a failure', () => {
  it('is said of one whose error holds what cannot be stored', async () => {
    const one = await start(
      () => {
        throw new Error('the answer was "\0 \ud83d"');
      },
      { attempts: 2 },
    );
    await one.ring('a');
    const [letter] = await eventually(
      () => deadLetters(one.db),
      ({ length }) => length === 1,
    );
    expect(letter?.errors).toMatchObject([{ attempt: 1 }, { attempt: 2, message: 'the answer was "\ufffd \ufffd"' }]);
  });

  it('leaves no block behind when nobody is to wait for the dead', async () => {
    const one = await start(
      ({ n }) => {
        if (n === 0) throw new Error('no');
      },
      { attempts: 2, whenDead: 'skip' },
    );
    await say(one, 'a', 0);
    await eventually(
      () => deadLetters(one.db),
      ({ length }) => length === 1,
    );
    expect(await one.db.read('select 1 from blocked_keys')).toEqual([]);
  });
});

it('a timer that is due in a month is looked at once a second, not all the time', async () => {
  const one = await start();
  await all(one);
  const month = 30 * 24 * 3_600_000;
  await one.db.transaction(async (tx) => schedule(tx, Rang({ bell: 'a', n: 1 }), { afterMs: month }));
  const looks: number[] = [];
  const read = one.db.read.bind(one.db);
  one.db.read = ((sql, values) => {
    if (sql.includes('from timers')) looks.push(performance.now());
    return read(sql, values);
  }) as typeof read;
  await eventually(
    async () => looks.length,
    (count) => count >= 3,
  );
  expect(looks[2]! - looks[0]!).toBeGreaterThan(1_000);
});
