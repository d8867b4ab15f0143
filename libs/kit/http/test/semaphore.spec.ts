import { Semaphore } from '../semaphore';

describe('places', () => {
  it('are given to as many as there are, and to the next in line when one leaves', async () => {
    const semaphore = new Semaphore(2, 60_000);
    const entered: string[] = [];
    const enter = (name: string) => semaphore.take().then(() => void entered.push(name));
    await Promise.all([enter('ann'), enter('bob')]);
    const [cem, dot] = [enter('cem'), enter('dot')];
    semaphore.leave();
    await cem;
    expect(entered).toEqual(['ann', 'bob', 'cem']);
    semaphore.leave();
    await dot;
  });

  it('are refused while the first in line has waited too long, and given again when nobody waits', async () => {
    const semaphore = new Semaphore(1, 0);
    await semaphore.take();
    const first = semaphore.take();
    await expect(semaphore.take()).rejects.toMatchObject({ code: 'service.overloaded', kind: 'unavailable' });
    semaphore.leave();
    await first;
    semaphore.leave();
    await semaphore.take();
  });
});
