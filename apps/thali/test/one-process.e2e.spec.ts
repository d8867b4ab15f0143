import { describeJourneys, shortLimits } from '../testing/journeys';
import { startThali } from '../testing/start-thali';

jest.setTimeout(60_000);

/** Somebody else's deployment, started with the short limits; by default one in this process. */
const elsewhere = process.env.THALI_E2E_URL;

describeJourneys('an order, in one process', async () =>
  elsewhere ? { url: elsewhere.replace(/\/+$/, ''), stop: async () => {} } : startThali(shortLimits),
);
