import { KeyQueues } from '../inbox/key-queues';

interface Item {
  key: string;
  part: number;
  n: number;
}

describe('Queues of keys', () => {
  const begun: string[] = [];
  const left: string[] = [];
  const ended: [key: string, interrupted: boolean][] = [];
  let finish: Map<string, (isDone: boolean) => void>;
  let owned: boolean;

  beforeEach(() => {
    for (const list of [begun, left, ended]) list.length = 0;
    finish = new Map();
    owned = true;
  });

  const nameOf = ({ key, n }: Item) => `${key}${n}`;
  const aQueue = () =>
    new KeyQueues<Item>({
      handle: (item) =>
        new Promise((resolve) => {
          begun.push(nameOf(item));
          finish.set(nameOf(item), resolve);
        }),
      owns: () => owned,
      left: (item) => left.push(nameOf(item)),
      ended: (key, interrupted) => ended.push([key, interrupted]),
    });
  const item = (key: string, n: number): Item => ({ key, n, part: 0 });

  it('handle one item of a key at a time, in order, and those of different keys side by side', async () => {
    const queues = aQueue();
    const [first, second] = [queues.add(item('a', 1)), queues.add(item('a', 2))];
    void queues.add(item('b', 1));
    expect(begun).toEqual(['a1', 'b1']);
    finish.get('a1')!(true);
    expect(await first).toBe(true);
    expect(begun).toEqual(['a1', 'b1', 'a2']);
    finish.get('a2')!(true);
    expect(await second).toBe(true);
    expect([left, ended, queues.keys()]).toEqual([['a1', 'a2'], [['a', false]], ['b']]);
  });

  it('drop the items behind one that was not done, and say so', async () => {
    const queues = aQueue();
    const both = [queues.add(item('a', 1)), queues.add(item('a', 2))];
    finish.get('a1')!(false);
    expect(await Promise.all(both)).toEqual([false, false]);
    expect([begun, left, ended, queues.has('a')]).toEqual([['a1'], ['a1', 'a2'], [['a', true]], false]);
  });

  it('fail only the item whose handling has thrown', async () => {
    const queues = new KeyQueues<Item>({
      handle: () => Promise.reject(new Error('no')),
      owns: () => true,
      left: () => {},
      ended: () => {},
    });
    const [first, second] = [queues.add(item('a', 1)), queues.add(item('a', 2))];
    await expect(first).rejects.toThrow('no');
    expect(await second).toBe(false);
  });

  it('begin nothing of a partition that was lost, nor anything once they are closed', async () => {
    const queues = aQueue();
    const first = queues.add(item('a', 1));
    const second = queues.add(item('a', 2));
    owned = false;
    finish.get('a1')!(true);
    expect([await first, await second]).toEqual([true, false]);
    owned = true;
    await queues.close();
    expect(await queues.add(item('b', 1))).toBe(false);
    expect(begun).toEqual(['a1']);
  });
});
