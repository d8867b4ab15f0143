import { Window } from '../inbox/window';

const row = (seq: number, key: string) => ({ seq, message: { key } });
const seqs = (rows: { seq: number }[]) => rows.map(({ seq }) => seq);

describe('What a fetch returns', () => {
  it('is dropped where the row came into memory while the fetch was in flight, even if it has left again', () => {
    const window = new Window(10);
    const room = window.beginFetch(false);
    window.add(1);
    window.add(2);
    window.remove(2);
    expect(seqs(window.endFetch([row(1, 'a'), row(2, 'b'), row(3, 'c')], room))).toEqual([3]);
  });

  it('is dropped where the queue of its key was interrupted while the fetch was in flight, and not later', () => {
    const window = new Window(10);
    let room = window.beginFetch(false);
    window.interrupt('a');
    expect(seqs(window.endFetch([row(1, 'a'), row(2, 'b')], room))).toEqual([2]);
    room = window.beginFetch(false);
    expect(seqs(window.endFetch([row(1, 'a')], room))).toEqual([1]);
  });

  it('is as much as there is room for, and one row while the subscription is probing', () => {
    const window = new Window(2);
    window.add(1);
    expect(window.beginFetch(false)).toBe(1);
    expect(window.beginFetch(true)).toBe(0);
    window.remove(1);
    expect(window.beginFetch(true)).toBe(1);
  });

  it('leaves rows behind when it fills the room: then no pushed row may come before them', () => {
    const window = new Window(2);
    expect(window.isCaughtUp).toBe(true);
    window.endFetch([row(1, 'a'), row(2, 'b')], window.beginFetch(false));
    expect([window.isCaughtUp, window.wantsMore]).toEqual([false, true]);
    window.endFetch([], window.beginFetch(false));
    expect([window.isCaughtUp, window.wantsMore]).toEqual([true, false]);
  });
});
