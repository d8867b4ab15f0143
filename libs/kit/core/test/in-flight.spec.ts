import { UnderWay } from '@thali/kit/core';

describe('work under way', () => {
  /** Work that ends when told. */
  function aPiece() {
    let done = () => {};
    let fail = (_: Error) => {};
    const work = new Promise<void>((resolve, reject) => ([done, fail] = [resolve, reject]));
    return { work, done, fail };
  }

  async function isIdle(underWay: UnderWay): Promise<boolean> {
    let idle = false;
    void underWay.idle().then(() => (idle = true));
    await new Promise((resolve) => setImmediate(resolve));
    return idle;
  }

  it('is none at first', async () => {
    expect(await isIdle(new UnderWay())).toBe(true);
  });

  it('is over when all of it has ended, well or not', async () => {
    const underWay = new UnderWay();
    const [one, other] = [aPiece(), aPiece()];
    for (const { work } of [one, other]) void underWay.track(work);
    expect(await isIdle(underWay)).toBe(false);
    one.fail(new Error('of interest only to whoever has begun it'));
    expect(await isIdle(underWay)).toBe(false);
    other.done();
    expect(await isIdle(underWay)).toBe(true);
  });

  it('lets everybody go who waits for it, and can begin again', async () => {
    const underWay = new UnderWay();
    const first = aPiece();
    void underWay.track(first.work);
    const waiting = [underWay.idle(), underWay.idle()];
    first.done();
    await Promise.all(waiting);
    const second = aPiece();
    void underWay.track(second.work);
    expect(await isIdle(underWay)).toBe(false);
    second.done();
    expect(await isIdle(underWay)).toBe(true);
  });

  it('gives what the work gives', async () => {
    expect(await new UnderWay().track(Promise.resolve('a meal'))).toBe('a meal');
  });
});
