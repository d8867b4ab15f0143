import { createLog } from '@thali/kit/telemetry';
import { Loop } from '..';

describe('a loop that gathers', () => {
  const soon = () => new Promise((resolve) => setImmediate(resolve));

  /** Takes what waits, at most `most` at once, works on it for so long, and gathers. */
  function aLoop({ workMs = 0, most = Infinity }: { workMs?: number; most?: number }) {
    const waiting: string[] = [];
    const turns: { taken: string[]; began: number; ended: number }[] = [];
    const turn = async () => {
      const began = performance.now();
      const taken = waiting.splice(0, most);
      while (performance.now() < began + workMs) await soon();
      if (taken.length > 0) turns.push({ taken, began, ended: performance.now() });
      loop.gather();
      return waiting.length > 0;
    };
    const loop = new Loop({ name: 'test', turn, pollMs: 60_000, log: createLog('test', 'silent') });
    const bring = (...things: string[]) => {
      waiting.push(...things);
      loop.wake();
    };
    const untilTurn = async (count: number) => {
      while (turns.length < count) await soon();
    };
    return { loop, turns, bring, untilTurn };
  }

  it('works on together what comes while it rests', async () => {
    const { loop, turns, bring, untilTurn } = aLoop({ workMs: 30 });
    bring('first');
    loop.start();
    await untilTurn(1);
    for (const thing of ['second', 'third', 'fourth']) {
      bring(thing);
      await soon();
    }
    await untilTurn(2);
    await loop.stop();
    expect(turns.map(({ taken }) => taken)).toEqual([['first'], ['second', 'third', 'fourth']]);
  });

  it('rests longer than it has worked, and no longer than it must where it has worked for no time', async () => {
    const restAfter = async (workMs: number) => {
      const { loop, turns, bring, untilTurn } = aLoop({ workMs });
      bring('first');
      loop.start();
      await untilTurn(1);
      bring('second');
      await untilTurn(2);
      await loop.stop();
      return turns[1]!.began - turns[0]!.ended;
    };
    const [idle, busy] = [await restAfter(0), await restAfter(40)];
    expect(busy).toBeGreaterThan(80);
    expect(idle).toBeLessThan(busy);
  });

  it('goes on at once where there is more to do now', async () => {
    const { loop, turns, bring, untilTurn } = aLoop({ most: 1 });
    bring('first', 'second', 'third');
    loop.start();
    await untilTurn(3);
    expect(turns.map(({ taken }) => taken)).toEqual([['first'], ['second'], ['third']]);
    loop.finish();
  });
});
