import { eventually } from '@thali/kit/messaging/testing';
import { createLog } from '@thali/kit/telemetry';
import { aDatabase } from '@thali/kit/postgres/testing';
import { messagingMigrations } from '..';
import { partitionCount } from '../../core';
import { Partitions, sharesChanged } from '../leases/partitions';
import { leaseMs } from './instance';

it('an instance that was late to renew its leases works on again with those that nobody took', async () => {
  const { db, close } = await aDatabase('tower', messagingMigrations);
  const partitions = new Partitions(db, createLog('test', 'silent'), leaseMs);
  const allToBeMine = () =>
    eventually(
      async () => partitions.mine().length,
      (count) => count === partitionCount,
    );
  try {
    partitions.start();
    await allToBeMine();
    jest.spyOn(performance, 'now').mockReturnValueOnce(Infinity);
    expect(partitions.mine()).toEqual([]);
    db.emit(sharesChanged);
    expect(await allToBeMine()).toBe(partitionCount);
  } finally {
    await partitions.stop();
    await close();
  }
});
