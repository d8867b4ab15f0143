import { existsSync } from 'node:fs';
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
    await broker.remove();
    expect(await answersAt(broker.url)).toBe(false);
    expect(existsSync(broker.home)).toBe(false);
  });
});
