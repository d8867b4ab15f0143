import { InProcessTransport } from '@thali/kit/event-bus';
import { describeTransport } from '@thali/kit/event-bus/testing';

describeTransport({ name: 'in process', aTransport: () => new InProcessTransport(), close: async () => {} });
