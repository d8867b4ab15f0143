import { eventually } from '@thali/kit/messaging/testing';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { partitionCount } from '../../core';
import { Instance, leaseMs } from './instance';

describe('the partitions of a module', () => {
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

  const join = async (ms = leaseMs): Promise<Instance> => {
    const instance = await Instance.start(server.url, () => () => {}, { leaseMs: ms });
    instances.push(instance);
    return instance;
  };
  const sharesToBecome = (witness: Instance, shares: number[]) =>
    eventually(
      () => witness.shares(),
      (now) => JSON.stringify(now) === JSON.stringify(shares),
    );
  const fences = async (witness: Instance) =>
    (await witness.db.read<{ fence: number }>('select fence from leases order by part')).map(({ fence }) => fence);
  /** Leases that were renewed since half of their time was gone. */
  const justRenewed = async (witness: Instance) =>
    (await witness.db.read(`select 1 from leases where until > database_time() + $1 * interval '1 ms'`, [leaseMs / 2]))
      .length;

  it('all belong to the one instance that there is', async () => {
    const one = await join();
    expect(await sharesToBecome(one, [partitionCount])).toEqual([32]);
  });

  it('are shared evenly by those who are alive', async () => {
    const one = await join();
    await join();
    expect(await sharesToBecome(one, [16, 16])).toEqual([16, 16]);
    await join();
    expect(await sharesToBecome(one, [10, 11, 11])).toEqual([10, 11, 11]);
  });

  it('of an instance that stops are taken over at once, without a crash', async () => {
    const [one, two] = [await join(), await join()];
    await sharesToBecome(one, [16, 16]);
    await two.stop();
    const [handedOver] = await one.db.read<{ open: number }>(
      `select count(*) as open from leases where until = '-infinity' and owner is null`,
    );
    expect(handedOver?.open).toBeLessThanOrEqual(16);
    expect(await sharesToBecome(one, [32])).toEqual([32]);
  });

  it('change hands at once when an instance comes or goes, however long the leases are', async () => {
    const minutes = 600_000;
    const one = await join(minutes);
    await sharesToBecome(one, [32]);
    const two = await join(minutes);
    expect(await sharesToBecome(one, [16, 16])).toEqual([16, 16]);
    await two.stop();
    expect(await sharesToBecome(one, [32])).toEqual([32]);
  });

  it('of an instance that crashes are taken over when its leases are over, and not before', async () => {
    const [one, two] = [await join(), await join()];
    await sharesToBecome(one, [16, 16]);
    const before = await fences(one);
    two.crash();
    await one.later(leaseMs / 2);
    await eventually(
      () => justRenewed(one),
      (parts) => parts === 16,
    );
    expect(await one.shares()).toEqual([16, 16]);
    expect(await fences(one)).toEqual(before);
    await one.later(leaseMs / 2);
    await sharesToBecome(one, [32]);
    const after = await fences(one);
    expect(after.filter((fence, part) => fence > (before[part] ?? 0))).toHaveLength(16);
    expect(after.every((fence, part) => fence >= (before[part] ?? 0))).toBe(true);
  });
});
