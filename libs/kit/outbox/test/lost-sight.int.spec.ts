import { eventually } from '@thali/kit/event-bus/testing';
import { createLog } from '@thali/kit/observability';
import { aDatabase } from '@thali/kit/postgres/testing';
import { messagingMigrations, partitionCount } from '..';
import { Partitions } from '../partitions';

it('an instance that was late to renew its leases works on again with those that nobody took', async () => {
  const { db, close } = await aDatabase('tower', messagingMigrations);
  const partitions = new Partitions(db, createLog('test', 'silent'), 400);
  const allToBeMine = () =>
    eventually(
      async () => partitions.mine().length,
      (count) => count === partitionCount,
      5_000,
    );
  try {
    partitions.start();
    await allToBeMine();
    jest.spyOn(performance, 'now').mockReturnValueOnce(Infinity);
    expect(partitions.mine()).toEqual([]);
    expect(await allToBeMine()).toBe(partitionCount);
  } finally {
    await partitions.stop();
    await close();
  }
}, 20_000);
