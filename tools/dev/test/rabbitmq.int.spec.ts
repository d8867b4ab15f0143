import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { answersAt } from '../answers-at';
import { describeWithOwnRabbitMq } from '../../jest/with-rabbitmq';
import { PrivateRabbitMq } from '../private-rabbitmq';
import { findRabbitMq } from '../rabbitmq';

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
});

describeWithOwnRabbitMq('A RabbitMQ of our own', () => {
  it('starts, and leaves nothing behind in the end', async () => {
    const broker = await PrivateRabbitMq.launch();
    expect(await answersAt(broker.url)).toBe(true);
    expect(await broker.control('list_queues')).toBe('');
    await broker.end();
    expect(await answersAt(broker.url)).toBe(false);
    expect(existsSync(broker.home)).toBe(false);
  });

  it('starts on the data of the last, but not beside it', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'rabbitmq-kept-'));
    const first = await PrivateRabbitMq.launch({ directory });
    await first.control('add_vhost', 'kept');
    await expect(PrivateRabbitMq.launch({ directory })).rejects.toThrow(
      `another process uses the RabbitMQ in ${directory}`,
    );
    await first.end();
    const second = await PrivateRabbitMq.launch({ directory });
    expect(await second.control('list_vhosts')).toContain('kept');
    await second.end();
    rmSync(directory, { recursive: true });
  });
});
