import { InProcessTransport } from '@thali/kit/event-bus';
import { describeTransport } from '@thali/kit/event-bus/testing';

describeTransport({ name: 'in process', apart: false, aTransport: () => new InProcessTransport(), close: async () => {} });
