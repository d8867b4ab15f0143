import { describeTransport } from '@thali/kit/event-bus/testing';
import { RabbitMqTransport } from '@thali/kit/event-bus/rabbitmq';
import { createLog } from '@thali/kit/observability';
import { findRabbitMq, type RabbitMq } from '../../../../tools/dev/rabbitmq';

jest.setTimeout(60_000);

let broker: RabbitMq;
beforeAll(async () => (broker = await findRabbitMq()));

const log = createLog('test', process.env.TEST_LOG ?? 'silent');

describeTransport({
  name: 'RabbitMQ',
  aTransport: (world) => new RabbitMqTransport({ url: broker.url, log, prefix: world }),
  close: () => broker.stop(),
});
