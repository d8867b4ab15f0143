import { InProcessTransport } from '@thali/kit/event-bus';
import { Said, World, aNotebook, eventually, wordsOf } from '@thali/kit/event-bus/testing';
import { send } from '@thali/kit/outbox';
jest.setTimeout(60000);
it.each([1,2,3])('order under failing keys %i', async () => {
  const world = await World.create({ name: 'x', aTransport: () => new InProcessTransport(), close: async () => {} }, 'one database');
  const left = new Map<string, number>();
  const failing = aNotebook('listener.note', ({ data }) => {
    if (data.n !== 1) return;
    const l = left.get(data.who) ?? 2; left.set(data.who, l - 1);
    if (l > 0) throw new Error('not yet');
  });
  const { talker, listener } = await world.aProcess([failing]);
  const people = Array.from({ length: 150 }, (_, i) => `who-${i}`);
  await Promise.all(people.map(async (who) => { for (let n = 1; n <= 6; n++) await talker.transaction(async (tx) => send(tx, Said({ who, n }))); }));
  const bad: string[] = [];
  for (const who of people) {
    const words = await eventually(() => wordsOf(listener, 'listener.note', who), ({ length }) => length >= 6, 30000);
    if (words.join() !== '1,2,3,4,5,6') bad.push(`${who}: ${words.join()}`);
  }
  await world.close();
  for (const b of bad.slice(0,3)) console.log(b, (globalThis as never as {traces: Map<string,string[]>}).traces.get(b.split(":")[0]!)); expect(bad).toEqual([]);
});
