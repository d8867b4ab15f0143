import { InProcessTransport } from '@thali/kit/messaging';
import { RabbitMqTransport } from '@thali/kit/messaging/rabbitmq';
import type { BusUnderTest } from '@thali/kit/messaging/testing';
import { createLog } from '@thali/kit/telemetry';
import { urlOfSharedRabbitMq } from '../../../../tools/jest/with-rabbitmq';

export const log = createLog('test', 'silent');
export const wanted = { talker: [], listener: ['talker.said'] };

export const inProcess: BusUnderTest = {
  name: 'in process',
  apart: false,
  aTransport: async () => new InProcessTransport(),
  close: async () => {},
};

/** On the broker of the test run, where each world has names of its own. */
export const rabbitMq: BusUnderTest = {
  name: 'RabbitMQ',
  apart: true,
  aTransport: async (prefix, through) =>
    new RabbitMqTransport({ url: await through(await urlOfSharedRabbitMq()), log, prefix, wanted }),
  close: async () => {},
};
