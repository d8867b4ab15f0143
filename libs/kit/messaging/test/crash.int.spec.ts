import { eventually } from '@thali/kit/messaging/testing';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { deadLetters } from '../inbox/dead-letters';
import { Instance, leaseMs, type Hear } from './instance';

const inbox = (db: Instance['db']) =>
  db.read<{ bell: string; crashes: number; attempts: number }>(
    `select key as bell, crashes::int, attempts::int from inbox order by seq`,
  );
const handled = async (db: Instance['db']) =>
  (await db.read<{ key: string }>(`select key from handled where subscription = 'tower.listen' order by key`)).map(
    ({ key }) => key,
  );

describe('an instance that dies', () => {
  let server: TestServer;
  let instances: Instance[];

  beforeEach(async () => {
    server = await aServer();
    instances = [];
  });
  afterEach(async () => {
    await Promise.all(instances.map((instance) => instance.stop()));
    await server.drop();
  });

  const start = async (hear: (instance: Instance) => Hear = () => () => {}): Promise<Instance> => {
    const instance = await Instance.start(server.url, hear);
    instances.push(instance);
    return instance;
  };

  it('leaves what it was handling to its successor, which counts that as a crash and does it', async () => {
    const heard: number[] = [];
    const first = await start((self) => () => self.crash());
    await first.ring('Pummerin');
    await eventually(
      async () => first.db.read('select 1').catch(() => 'dead'),
      (answer) => answer === 'dead',
    );
    const second = await start((self) => async () => {
      const [row] = await inbox(self.db);
      heard.push(row?.crashes ?? -1);
    });
    await second.later(leaseMs);
    await eventually(
      () => handled(second.db),
      ({ length }) => length === 1,
    );
    expect(heard).toEqual([1]);
    expect(await inbox(second.db)).toEqual([]);
  });

  it('on its own account, by being stopped, counts no crash', async () => {
    const first = await start();
    await first.ring('Pummerin');
    await eventually(
      () => handled(first.db),
      ({ length }) => length === 1,
    );
    await first.stop();
    const crashes: number[] = [];
    const second = await start((self) => async () => {
      crashes.push((await inbox(self.db))[0]?.crashes ?? -1);
    });
    await second.ring('Emmanuel');
    await eventually(
      () => handled(second.db),
      ({ length }) => length === 2,
    );
    expect(crashes).toEqual([0]);
  });

  it('of one and the same message again and again is saved from it after five crashes, and nobody else suffers', async () => {
    const killer = 'Tsar Bell';
    const hear =
      (self: Instance): Hear =>
      ({ bell }) => {
        if (bell === killer) self.crash();
      };
    const seen: number[] = [];
    let instance = await start(hear);
    await instance.ring(killer, killer, 'Pummerin');
    for (let life = 2; life <= 7; life++) {
      await eventually(
        async () => instance.db.read('select 1').catch(() => 'dead'),
        (answer) => answer === 'dead',
      );
      instance = await start(hear);
      seen.push((await inbox(instance.db)).find(({ bell }) => bell === killer)?.crashes ?? -1);
      await instance.later(leaseMs);
    }
    const [letter] = await eventually(
      () => deadLetters(instance.db),
      ({ length }) => length === 1,
    );
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    expect(letter).toMatchObject({
      key: killer,
      crashes: 5,
      waitingBehind: 1,
      errors: [{ message: 'the process died 5 times while handling it' }],
    });
    await instance.ring('Emmanuel');
    await eventually(
      () => handled(instance.db),
      ({ length }) => length === 2,
    );
    expect(await handled(instance.db)).toEqual(['Emmanuel', 'Pummerin']);
  });
});
