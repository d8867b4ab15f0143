import type { Message } from '../../core';
import { deadLetters, replay } from '../inbox/dead-letters';
import { send } from '../outbox/send';
import { cancelScheduled, schedule } from '../timers/schedule';
import type { Database } from '../../postgres';
import { moveTime } from '../../postgres/testing';
import { Said, World, aNotebook, eventually, placements, wordsOf, type BusUnderTest, type Word } from './world';

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

const say = (db: Database, who: string, n: number) => db.transaction(async (tx) => send(tx, Said({ who, n })));

async function sayInOrder(db: Database, who: string, count: number): Promise<void> {
  for (const n of upTo(count)) await say(db, who, n);
}

/** The guarantee, as tests. Every transport passes them all, and `describeDeaths`, wherever the modules' tables are. */
export function describeTransport(bus: BusUnderTest): void {
  afterAll(() => bus.close());

  describe.each(placements)(`${bus.name}, %s`, (placement) => {
    let world: World;

    beforeEach(async () => (world = await World.create(bus, placement)));
    afterEach(() => world.close());

    it('delivers what was committed, and nothing of what was rolled back', async () => {
      const { talker, listener } = await world.aProcess([aNotebook('listener.note')]);
      const refused = talker.transaction(async (tx) => {
        send(tx, Said({ who: 'ann', n: 1 }));
        throw new Error('no');
      });
      await expect(refused).rejects.toThrow('no');
      await say(talker, 'ann', 2);
      const words = await eventually(
        () => wordsOf(listener, 'listener.note', 'ann'),
        (words) => words.length > 0,
      );
      expect(words).toEqual([2]);
    });

    it('reaches every subscription, each exactly once', async () => {
      const { talker, listener } = await world.aProcess([aNotebook('listener.one'), aNotebook('listener.two')]);
      await Promise.all(upTo(50).map((n) => say(talker, `who-${n}`, n)));
      for (const name of ['listener.one', 'listener.two']) {
        const count = () => listener.read<{ who: string }>('select who from notebook where subscription = $1', [name]);
        const rows = await eventually(count, ({ length }) => length >= 50);
        expect(new Set(rows.map(({ who }) => who)).size).toBe(50);
        expect(rows).toHaveLength(50);
      }
    });

    it('hands over by value, lifted to the version that the reader knows', async () => {
      const heard: Message<Word>[] = [];
      const { talker } = await world.aProcess([aNotebook('listener.note', (message) => void heard.push(message))]);
      await talker.transaction(async (tx) =>
        send(tx, { type: 'talker.said', version: 1, key: 'old', data: { who: 'old', number: '7' } }),
      );
      await eventually(
        async () => heard.length,
        (count) => count === 1,
      );
      expect(heard[0]).toMatchObject({ data: { who: 'old', n: 7 }, key: 'old', keyVersion: 1, producer: 'talker' });
      expect(heard[0]?.recordedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    });

    it('leaves nothing behind that has arrived, when a process ends in order', async () => {
      const process = await world.aProcess([aNotebook('listener.note')]);
      const { talker } = await world.aWitness();
      await Promise.all(upTo(20).map((n) => say(process.talker, `who-${n}`, n)));
      await eventually(
        () => process.listener.read('select from notebook'),
        ({ length }) => length === 20,
      );
      await process.stop();
      expect(await talker.read('select message_id from outbox')).toEqual([]);
    });

    it('keeps the order of a key over two competing processes', async () => {
      const subscription = () => aNotebook('listener.note');
      const [one, two] = [await world.aProcess([subscription()]), await world.aProcess([subscription()])];
      const people = upTo(20).map((n) => `who-${n}`);
      await Promise.all(people.map((who, at) => sayInOrder(at % 2 ? one.talker : two.talker, who, 20)));
      for (const who of people) {
        const words = await eventually(
          () => wordsOf(one.listener, 'listener.note', who),
          ({ length }) => length >= 20,
        );
        expect(words).toEqual(upTo(20));
      }
    });

    it('keeps the order of a key through failures, and lets other keys pass', async () => {
      let failures = 3;
      const failing = aNotebook('listener.note', ({ data }) => {
        if (data.who === 'slow' && data.n === 1 && failures-- > 0) throw new Error('not yet');
      });
      const { talker, listener } = await world.aProcess([failing]);
      await sayInOrder(talker, 'slow', 5);
      await sayInOrder(talker, 'quick', 5);
      await eventually(
        () => wordsOf(listener, 'listener.note', 'quick'),
        ({ length }) => length === 5,
      );
      const words = await eventually(
        () => wordsOf(listener, 'listener.note', 'slow'),
        ({ length }) => length === 5,
      );
      expect(words).toEqual(upTo(5));
    });

    it('keeps the order of every key while many fail at once', async () => {
      const toFail = new Map<string, number>();
      const failing = aNotebook('listener.note', ({ data }) => {
        const left = toFail.get(data.who) ?? 2;
        toFail.set(data.who, left - 1);
        if (data.n === 1 && left > 0) throw new Error('not yet');
      });
      const { talker, listener } = await world.aProcess([failing]);
      const people = upTo(100).map((n) => `who-${n}`);
      await Promise.all(people.map((who) => sayInOrder(talker, who, 5)));
      for (const who of people) {
        const words = await eventually(
          () => wordsOf(listener, 'listener.note', who),
          ({ length }) => length >= 5,
        );
        expect(words).toEqual(upTo(5));
      }
    });

    it('parks the key of a dead letter, and replays it in its place', async () => {
      let broken = true;
      const failing = aNotebook('listener.note', ({ data }) => {
        if (data.n === 2 && broken) throw new Error('cannot do 2');
      });
      const { talker, listener } = await world.aProcess([{ ...failing, attempts: 2 }]);
      await sayInOrder(talker, 'ann', 4);
      const [dead] = await eventually(
        () => deadLetters(listener),
        ({ length }) => length === 1,
      );
      expect(dead).toMatchObject({
        subscription: 'listener.note',
        key: 'ann',
        attempts: 2,
        errors: [{ message: 'cannot do 2' }, { message: 'cannot do 2' }],
      });
      await eventually(
        () => deadLetters(listener),
        ([letter]) => letter?.waitingBehind === 2,
      );
      expect(await wordsOf(listener, 'listener.note', 'ann')).toEqual([1]);
      broken = false;
      await replay(listener, 'listener.note', dead?.messageId ?? '');
      const words = await eventually(
        () => wordsOf(listener, 'listener.note', 'ann'),
        ({ length }) => length === 4,
      );
      expect(words).toEqual(upTo(4));
    });

    it('lets later messages of the key pass a dead one where the subscription says skip', async () => {
      const failing = aNotebook('listener.note', ({ data }) => {
        if (data.n === 1) throw new Error('never');
      });
      const { talker, listener } = await world.aProcess([{ ...failing, attempts: 1, whenDead: 'skip' }]);
      await sayInOrder(talker, 'ann', 3);
      const words = await eventually(
        () => wordsOf(listener, 'listener.note', 'ann'),
        ({ length }) => length === 2,
      );
      expect(words).toEqual([2, 3]);
    });

    it('declares dead at once what cannot be read', async () => {
      const { talker, listener } = await world.aProcess([aNotebook('listener.note')]);
      await talker.transaction(async (tx) => send(tx, { type: 'talker.said', version: 99, key: 'ann', data: {} }));
      const [dead] = await eventually(
        () => deadLetters(listener),
        ({ length }) => length === 1,
      );
      expect(dead).toMatchObject({ attempts: 1, errors: [{ message: expect.stringContaining('v99 cannot be read') }] });
    });

    it('finishes what runs and hands the rest over when it is stopped', async () => {
      const first = await world.aProcess([aNotebook('listener.note')]);
      const people = upTo(30).map((n) => `who-${n}`);
      await Promise.all(people.map((who) => sayInOrder(first.talker, who, 5)));
      await first.stop();
      const second = await world.aProcess([aNotebook('listener.note')]);
      for (const who of people) {
        const words = await eventually(
          () => wordsOf(second.listener, 'listener.note', who),
          ({ length }) => length >= 5,
        );
        expect(words).toEqual(upTo(5));
      }
    });

    it('sends a timer once, not before its time, and not at all when it was cancelled', async () => {
      const hourMs = 3_600_000;
      const { talker, listener } = await world.aProcess([aNotebook('listener.note')]);
      const set = (who: string, afterMs: number) =>
        talker.transaction(async (tx) => schedule(tx, Said({ who, n: 1 }), { afterMs }));
      const arrivedToBe = (people: string[]) =>
        eventually(
          () => listener.read<{ who: string }>('select who from notebook order by position'),
          (rows) => JSON.stringify(rows.map(({ who }) => who)) === JSON.stringify(people),
        );
      const stillSet = () => talker.read<{ key: string }>('select key from timers order by key');
      await set('cancelled', hourMs);
      await talker.transaction(async (tx) => cancelScheduled(tx, Said, 'cancelled'));
      await set('moved', 3 * hourMs);
      await set('moved', hourMs);
      await set('later', 2 * hourMs);
      await set('at once', 1);
      await arrivedToBe(['at once']);
      expect(await stillSet()).toEqual([{ key: 'later' }, { key: 'moved' }]);
      await moveTime(talker, hourMs);
      await arrivedToBe(['at once', 'moved']);
      expect(await stillSet()).toEqual([{ key: 'later' }]);
      await moveTime(talker, 2 * hourMs);
      await arrivedToBe(['at once', 'moved', 'later']);
      expect(await stillSet()).toEqual([]);
    });

    it('counts: what was committed is handled, waiting or dead', async () => {
      const failing = aNotebook('listener.note', ({ data }) => {
        if (data.who === 'bad') throw new Error('never');
      });
      const { talker, listener } = await world.aProcess([{ ...failing, attempts: 1 }]);
      await sayInOrder(talker, 'good', 10);
      await sayInOrder(talker, 'bad', 3);
      const counts = () =>
        listener.read<{ handled: number; waiting: number; dead: number }>(
          `select (select count(*) from handled) as handled, (select count(*) from inbox) as waiting, (select count(*) from dead_letters) as dead`,
        );
      const [count] = await eventually(
        counts,
        ([count]) => count?.handled === 10 && count.dead === 1 && count.waiting === 2,
      );
      expect(count).toEqual({ handled: 10, waiting: 2, dead: 1 });
    });
  });
}
