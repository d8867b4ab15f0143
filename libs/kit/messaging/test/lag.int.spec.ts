import { eventually } from '@thali/kit/messaging/testing';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { Instance } from './instance';

describe('how late a module is', () => {
  let server: TestServer;
  let tower: Instance;
  let release: () => void;
  let released: Promise<void>;
  const begun: string[] = [];
  let deaf = false;

  beforeEach(async () => {
    begun.length = 0;
    deaf = false;
    released = new Promise<void>((resolve) => (release = resolve));
    server = await aServer();
    tower = await Instance.start(server.url, () => async ({ bell }) => {
      begun.push(bell);
      if (deaf) throw new Error('too loud');
      await released;
    });
  });
  afterEach(async () => {
    release();
    await tower.stop();
    await server.drop();
  });

  const toBegin = (count: number) =>
    eventually(
      async () => begun.length,
      (length) => length >= count,
    );
  const lagToBe = (isTrue: (lagMs: number) => boolean) => eventually(async () => tower.lagMs, isTrue);

  it('is how long the oldest message waits for its turn, and nothing when none does', async () => {
    expect(tower.lagMs).toBe(0);
    await tower.ring('one lane');
    await toBegin(1);
    await tower.ring('the other');
    await toBegin(2);
    // It cannot even be recorded before a lane is free, so it comes from where there is one.
    const neighbour = await Instance.start(server.url, () => () => released);
    await neighbour.ring(...Array.from({ length: 20 }, (_, n) => `bell ${n}`));
    await lagToBe((lagMs) => lagMs > 100);
    release();
    expect(await lagToBe((lagMs) => lagMs === 0)).toBe(0);
    await neighbour.stop();
  });

  it('is not how long a handler takes, nor how long a message waits for the one before it', async () => {
    await tower.ring('great tom', 'great tom');
    await toBegin(1);
    await tower.ring('small ben');
    await toBegin(2);
    expect([begun, tower.lagMs]).toEqual([['great tom', 'small ben'], 0]);
  });

  it('is not how long a message waits for its next attempt', async () => {
    deaf = true;
    await tower.ring('great tom');
    await toBegin(3);
    expect(await lagToBe((lagMs) => lagMs === 0)).toBe(0);
  });
});
