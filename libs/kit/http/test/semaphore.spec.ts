import { Places } from '../semaphore';

describe('places', () => {
  it('are given to as many as there are, and to the next in line when one leaves', async () => {
    const places = new Places(2, 60_000);
    const entered: string[] = [];
    const enter = (name: string) => places.take().then(() => void entered.push(name));
    await Promise.all([enter('ann'), enter('bob')]);
    const [cem, dot] = [enter('cem'), enter('dot')];
    places.leave();
    await cem;
    expect(entered).toEqual(['ann', 'bob', 'cem']);
    places.leave();
    await dot;
  });

  it('are refused while the first in line has waited too long, and given again when nobody waits', async () => {
    const places = new Places(1, 0);
    await places.take();
    const first = places.take();
    await expect(places.take()).rejects.toMatchObject({ code: 'service.overloaded', kind: 'unavailable' });
    places.leave();
    await first;
    places.leave();
    await places.take();
  });
});
