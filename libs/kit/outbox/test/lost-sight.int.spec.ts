import { eventually } from '@thali/kit/event-bus/testing';
import { createLog } from '@thali/kit/observability';
import { aDatabase } from '@thali/kit/postgres/testing';
import { CreateMessaging1700000000001, partitionCount } from '..';
import { Partitions } from '../partitions';

it('an instance that was too slow to renew its leases in time works on what is still its own', async () => {
  const { db, close } = await aDatabase('tower', [CreateMessaging1700000000001]);
  const partitions = new Partitions(db, createLog('test', 'silent'), 400);
  partitions.start();
  const mine = async () => partitions.mine().length;
  await eventually(mine, (count) => count === partitionCount);

  jest.spyOn(performance, 'now').mockReturnValueOnce(Infinity);
  expect(await mine()).toBe(0);
  expect(await eventually(mine, (count) => count === partitionCount, 5_000)).toBe(partitionCount);

  await partitions.stop();
  await close();
});
