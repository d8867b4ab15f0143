import { merge } from '../merge';

async function* rows(...ids: string[]): AsyncGenerator<{ id: string }> {
  for (const id of ids) yield { id };
}

async function counts(streams: Readonly<Record<string, AsyncIterable<{ id: string }>>>): Promise<string[]> {
  const seen: string[] = [];
  for await (const { id, rows } of merge(streams))
    seen.push(`${id}: ${Object.entries(rows).map(([name, all]) => `${name} ${all.length}`).join(', ')}`); // prettier-ignore
  return seen;
}

it('brings together what several streams say about an id, in order, also where some say nothing', async () => {
  expect(await counts({ left: rows('a', 'b', 'b', 'd'), right: rows('b', 'c') })).toEqual([
    'a: left 1, right 0',
    'b: left 2, right 1',
    'c: left 0, right 1',
    'd: left 1, right 0',
  ]);
});

it('comes to an end when nobody says anything', async () => {
  expect(await counts({ left: rows(), right: rows() })).toEqual([]);
});
