import { InFlight } from '@thali/kit/core';

describe('work under way', () => {
  /** Work that ends when told. */
  function aPiece() {
    let done = () => {};
    let fail = (_: Error) => {};
    const work = new Promise<void>((resolve, reject) => ([done, fail] = [resolve, reject]));
    return { work, done, fail };
  }

  async function isIdle(inFlight: InFlight): Promise<boolean> {
    let idle = false;
    void inFlight.idle().then(() => (idle = true));
    await new Promise((resolve) => setImmediate(resolve));
    return idle;
  }

  it('is none at first', async () => {
    expect(await isIdle(new InFlight())).toBe(true);
  });

  it('is over when all of it has ended, well or not', async () => {
    const inFlight = new InFlight();
    const [one, other] = [aPiece(), aPiece()];
    for (const { work } of [one, other]) void inFlight.track(work);
    expect(await isIdle(inFlight)).toBe(false);
    one.fail(new Error('of interest only to whoever has begun it'));
    expect(await isIdle(inFlight)).toBe(false);
    other.done();
    expect(await isIdle(inFlight)).toBe(true);
  });

  it('lets everybody go who waits for it, and can begin again', async () => {
    const inFlight = new InFlight();
    const first = aPiece();
    void inFlight.track(first.work);
    const waiting = [inFlight.idle(), inFlight.idle()];
    first.done();
    await Promise.all(waiting);
    const second = aPiece();
    void inFlight.track(second.work);
    expect(await isIdle(inFlight)).toBe(false);
    second.done();
    expect(await isIdle(inFlight)).toBe(true);
  });

  it('gives what the work gives', async () => {
    expect(await new InFlight().track(Promise.resolve('a meal'))).toBe('a meal');
  });
});
