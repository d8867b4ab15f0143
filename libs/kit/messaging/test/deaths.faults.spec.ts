import { describeDeaths } from '@thali/kit/messaging/testing';
import { describeWithRabbitMq } from '../../../../tools/jest/with-rabbitmq';
import { inProcess, rabbitMq } from './buses';

describe('a bus', () => {
  describeDeaths(inProcess);
});

describeWithRabbitMq('a bus over a broker', () => {
  describeDeaths(rabbitMq);
});
