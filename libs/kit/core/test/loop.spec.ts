import { createLog } from '@thali/kit/telemetry';
import { Loop } from '..';

describe('a loop that gathers', () => {
  const soon = () => new Promise((resolve) => setImmediate(resolve));
  /** The time, and the rests that have begun: both go on when a test says so. */
  let nowMs: number;
  let rests: { ms: number; end: () => void }[];
  const pollMs = 60_000;

  beforeEach(() => {
    nowMs = 0;
    rests = [];
    jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
    const { setTimeout: wait } = globalThis;
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(((end: () => void, ms: number) => {
      if (ms === pollMs) return wait(end, ms);
      rests.push({ ms, end });
      return wait(() => {}, ms);
    }) as typeof wait);
  });
  afterEach(() => jest.restoreAllMocks());

  /** Takes what waits, at most `most` at once, works on it for so long, and gathers. */
  function aLoop({ workMs = 0, most = Infinity }: { workMs?: number; most?: number }) {
    const waiting: string[] = [];
    const turns: string[][] = [];
    const turn = async () => {
      const taken = waiting.splice(0, most);
      nowMs += workMs;
      if (taken.length > 0) turns.push(taken);
      loop.gather();
      return waiting.length > 0;
    };
    const loop = new Loop({ name: 'test', turn, pollMs, log: createLog('test', 'silent') });
    const bring = (...things: string[]) => {
      waiting.push(...things);
      loop.wake();
    };
    const untilTurn = async (count: number) => {
      while (turns.length < count) await soon();
    };
    const untilRest = async () => {
      while (rests.length === 0) await soon();
      return rests.shift()!;
    };
    return { loop, turns, bring, untilTurn, untilRest };
  }

  it('works on together what comes while it rests', async () => {
    const { loop, turns, bring, untilTurn, untilRest } = aLoop({ workMs: 30 });
    bring('first');
    loop.start();
    await untilTurn(1);
    bring('second');
    const { end } = await untilRest();
    for (const thing of ['third', 'fourth']) {
      bring(thing);
      await soon();
    }
    expect(turns).toEqual([['first']]);
    end();
    await untilTurn(2);
    loop.finish();
    expect(turns).toEqual([['first'], ['second', 'third', 'fourth']]);
  });

  it('rests longer than it has worked, and no longer than it must where it has worked for no time', async () => {
    const busy = aLoop({ workMs: 40 });
    busy.bring('first');
    busy.loop.start();
    await busy.untilTurn(1);
    busy.bring('second');
    expect((await busy.untilRest()).ms).toBeGreaterThan(80);
    busy.loop.finish();

    const idle = aLoop({ workMs: 0 });
    idle.bring('first');
    idle.loop.start();
    await idle.untilTurn(1);
    idle.bring('second');
    await idle.untilTurn(2);
    idle.loop.finish();
    expect(rests).toEqual([]);
  });

  it('goes on at once where there is more to do now', async () => {
    const { loop, turns, bring, untilTurn } = aLoop({ most: 1 });
    bring('first', 'second', 'third');
    loop.start();
    await untilTurn(3);
    expect(turns).toEqual([['first'], ['second'], ['third']]);
    loop.finish();
  });
});
