import { createLog } from '@thali/kit/observability';
import { Loop } from '..';

describe('a loop that gathers', () => {
  /** Takes what waits, at most `most` at once, and gathers after each turn for as long as is said. */
  function aLoop({ gatherMs, most = Infinity }: { gatherMs: number; most?: number }) {
    const waiting: string[] = [];
    const turns: string[][] = [];
    const turn = async () => {
      const taken = waiting.splice(0, most);
      if (taken.length > 0) turns.push(taken);
      loop.gather(gatherMs);
      return waiting.length > 0;
    };
    const loop = new Loop({ name: 'test', turn, pollMs: 60_000, log: createLog('test', 'silent') });
    const bring = (...things: string[]) => {
      waiting.push(...things);
      loop.wake();
    };
    return { loop, turns, bring };
  }

  const soon = () => new Promise((resolve) => setImmediate(resolve));

  it('works on together what comes meanwhile', async () => {
    const { loop, turns, bring } = aLoop({ gatherMs: 200 });
    bring('first');
    loop.start();
    await soon();
    for (const thing of ['second', 'third', 'fourth']) {
      bring(thing);
      await soon();
    }
    while (turns.length < 2) await soon();
    await loop.stop();
    expect(turns).toEqual([['first'], ['second', 'third', 'fourth']]);
  });

  it('goes on at once where there is more to do now', async () => {
    const { loop, turns, bring } = aLoop({ gatherMs: 60_000, most: 1 });
    bring('first', 'second', 'third');
    loop.start();
    while (turns.length < 3) await soon();
    expect(turns).toEqual([['first'], ['second'], ['third']]);
    loop.finish();
  });
});
