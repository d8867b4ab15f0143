import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { answersAt } from '../answers-at';
import { canLaunchRabbitMq, findRabbitMq, launchRabbitMq } from '../rabbitmq';

jest.setTimeout(60_000);

describe('Finding a RabbitMQ', () => {
  const given = process.env.THALI_RABBITMQ_URL;
  afterEach(() => {
    if (given === undefined) delete process.env.THALI_RABBITMQ_URL;
    else process.env.THALI_RABBITMQ_URL = given;
  });

  it('finds the one that is given', async () => {
    process.env.THALI_RABBITMQ_URL = 'amqp://somewhere:5672';
    expect((await findRabbitMq()).url).toBe('amqp://somewhere:5672');
  });

  (canLaunchRabbitMq() ? it : it.skip)('starts one of our own, of which nothing is left in the end', async () => {
    const broker = await launchRabbitMq();
    expect(await answersAt(broker.url)).toBe(true);
    expect(await broker.control('list_queues')).toBe('');
    await broker.end();
    expect(await answersAt(broker.url)).toBe(false);
    expect(existsSync(broker.home)).toBe(false);
  });

  (canLaunchRabbitMq() ? it : it.skip)('starts one on the data of the last, but no second one', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'rabbitmq-kept-'));
    const first = await launchRabbitMq({ directory });
    await first.control('add_vhost', 'kept');
    await expect(launchRabbitMq({ directory })).rejects.toThrow(`another process uses the RabbitMQ in ${directory}`);
    await first.end();
    const second = await launchRabbitMq({ directory });
    expect(await second.control('list_vhosts')).toContain('kept');
    await second.end();
    rmSync(directory, { recursive: true });
  });
});
